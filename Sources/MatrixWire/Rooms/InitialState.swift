/// A state event a room is created with: an element of `initial_state` (Matrix specification, client-server API,
/// "createRoom").
public struct InitialState: Hashable, Sendable {
  public var type: String
  /// Empty for what a room has one of.
  public var stateKey: String
  public var content: CanonicalJSON.Object

  public init(type: String, stateKey: String = "", content: CanonicalJSON.Object) {
    self.type = type
    self.stateKey = stateKey
    self.content = content
  }
}
