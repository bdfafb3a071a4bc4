/// Who is on a server before it is measured.
public struct BenchPopulation: Sendable {
  /// By what all others see one user.
  public enum Sharing: Sendable {
    case lists
    case room
  }

  /// How many see that user.
  public var watchers: Int
  public var sharing: Sharing
  /// How many users have an account and will join the room.
  public var newcomers: Int
  /// In how many rooms of `membersPerRoom` one more user is.
  public var rooms: Int

  static let membersPerRoom = 50
  /// From whom the members of those rooms are taken, so many different ones.
  static let neighbours = 1_000

  /// - Parameters:
  ///   - watchers: how many see the one user.
  ///   - sharing: by what.
  ///   - newcomers: how many will join the room.
  ///   - rooms: in how many rooms one more user is.
  public init(watchers: Int, sharing: Sharing = .lists, newcomers: Int = 0, rooms: Int = 0) {
    self.watchers = watchers
    self.sharing = sharing
    self.newcomers = newcomers
    self.rooms = rooms
  }

  /// What `porchlight bench server` is told.
  var arguments: [String] {
    ["--watchers", "\(watchers)", "--newcomers", "\(newcomers)", "--rooms", "\(rooms)"]
      + (sharing == .room ? ["--room"] : [])
  }

  /// Whether anybody is in a room.
  var hasRooms: Bool { sharing == .room || rooms > 0 }
}
