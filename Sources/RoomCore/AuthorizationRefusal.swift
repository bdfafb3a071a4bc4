/// Why an event may not happen.
public struct AuthorizationRefusal: Error, Hashable, Sendable {
  /// The rule of room version 11 that refuses it, as the specification numbers them.
  public let rule: String
  /// For people.
  public let reason: String

  init(_ rule: String, _ reason: String) { (self.rule, self.reason) = (rule, reason) }
}
