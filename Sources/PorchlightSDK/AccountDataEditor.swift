internal import MatrixWire

/// Changes what the user keeps with their account: reads it, changes what is meant and nothing else, and writes it back
/// (Protocol 9.2). One change at a time, so that none of this program takes back another.
final class AccountDataEditor: Sendable {
  private let session: Session
  private let isBusy = Observed(false)

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

  /// Notes that no room is a direct one with a user any more.
  func removeDirectRooms(with user: UserID) async throws(SDKError) {
    try await edit(.direct) { content in
      defer { content[user.rawValue] = nil }
      return content[user.rawValue] != nil
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
    try await takeTurn()
    defer { isBusy.update { $0 = false } }
    var content = try await session.accountData(kind)
    guard change(&content) else { return }
    try await session.setAccountData(content, kind)
  }

  private func takeTurn() async throws(SDKError) {
    while true {
      var isTaken = false
      isBusy.update { busy in
        isTaken = !busy
        busy = true
      }
      if isTaken { return }
      guard await isBusy.waits(until: { !$0 }) else {
        throw SDKError(.cancelled, "The call was cancelled.")
      }
    }
  }
}
