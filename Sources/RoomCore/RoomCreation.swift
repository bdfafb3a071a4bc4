public import MatrixWire

/// `POST /createRoom`.
public struct RoomCreation: Hashable, Sendable {
  public enum Preset: String, Hashable, Sendable, CaseIterable {
    case privateChat = "private_chat"
    /// As private, and who is invited has the power of its creator.
    case trustedPrivateChat = "trusted_private_chat"
    case publicChat = "public_chat"
  }

  /// State that the client sets from the start.
  public struct InitialState: Hashable, Sendable {
    public var key: StateKey
    public var content: CanonicalJSON.Object

    public init(_ key: StateKey, _ content: CanonicalJSON.Object) {
      (self.key, self.content) = (key, content)
    }
  }

  /// The new room's ID, which nobody can guess.
  public var room: RoomID
  /// The creator's.
  public var profile: Profile
  /// Without one, it follows from `isListed`.
  public var preset: Preset?
  /// Whether the directory lists it.
  public var isListed = false
  public var version: String?
  public var aliasLocalpart: String?
  public var name: String?
  public var topic: String?
  public var invites: [RoomCommand.Target] = []
  public var isDirect = false
  public var initialState: [InitialState] = []
  /// Keys of `m.room.create` and of `m.room.power_levels` that the client sets itself.
  public var creationContent: CanonicalJSON.Object = [:]
  public var powerLevels: CanonicalJSON.Object = [:]

  public init(_ room: RoomID, profile: Profile = Profile()) { (self.room, self.profile) = (room, profile) }
}
