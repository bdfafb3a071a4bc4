internal import MatrixWire

/// Changes what the user keeps with their account: reads it, changes what is meant and nothing else, and writes it back
/// (Protocol 9.2). One change at a time, so that none of this program takes back another.
final class AccountDataEditor: Sendable {
  private let session: Session
  private let turns = Turns()

  init(_ session: Session) { self.session = session }

  /// Notes a room as a direct one with a user.
  func addDirectRoom(_ room: RoomID, with user: UserID) async throws(SDKError) {
    try await edit(.direct) { content in
      var rooms: [CanonicalJSON] = []
      if case .array(let known) = content[user.rawValue] { rooms = known }
      guard !rooms.contains(.string(room.rawValue)) else { return false }
      content[user.rawValue] = .array(rooms + [.string(room.rawValue)])
      return true
    }
  }

  /// Notes that rooms are no direct ones with a user any more.
  ///
  /// - Parameters:
  ///   - user: whom the rooms were noted for.
  ///   - isGone: which of them; the rest stays as it is.
  /// - Throws: where it cannot be read or written.
  func removeDirectRooms(with user: UserID, where isGone: (String) -> Bool) async throws(SDKError) {
    try await edit(.direct) { content in
      guard case .array(let rooms) = content[user.rawValue] else { return false }
      let rest = rooms.filter { if case .string(let room) = $0 { !isGone(room) } else { true } }
      content[user.rawValue] = rest.isEmpty ? nil : .array(rest)
      return rest.count < rooms.count || rest.isEmpty
    }
  }

  /// Ignores a user from now on.
  func ignore(_ user: UserID) async throws(SDKError) {
    try await edit(.ignored) { content in
      var users: CanonicalJSON.Object = [:]
      if case .object(let known) = content[AccountDataEvent.ignoredUsers] { users = known }
      guard users[user.rawValue] == nil else { return false }
      users[user.rawValue] = .object([:])
      content[AccountDataEvent.ignoredUsers] = .object(users)
      return true
    }
  }

  /// Reads, changes and writes back, where `change` says that there is something to change.
  private func edit(
    _ kind: AccountDataEvent.Kind, _ change: (inout CanonicalJSON.Object) -> Bool
  ) async throws(SDKError) {
    try await turns.take()
    defer { turns.end() }
    var content = try await session.accountData(kind)
    guard change(&content) else { return }
    try await session.setAccountData(content, kind)
  }
}
