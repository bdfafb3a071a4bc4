internal import MatrixWire

/// What the user keeps with their account, which other clients write too.
extension Session {
  /// The user's own data of one type; empty where there is none.
  func accountData(_ kind: AccountDataEvent.Kind) async throws(SDKError) -> CanonicalJSON.Object {
    do throws(SDKError) {
      return try await call.object(ClientAPI.accountData(kind.rawValue, of: userID))
    } catch {
      guard case .refused(let refusal) = error.code, refusal.code == .notFound else { throw error }
      return [:]
    }
  }

  /// Replaces the user's own data of one type.
  func setAccountData(
    _ content: CanonicalJSON.Object, _ kind: AccountDataEvent.Kind
  ) async throws(SDKError) {
    let _: Empty = try await call.send(ClientAPI.setAccountData(content, ofType: kind.rawValue, of: userID))
  }

  /// Has the room not come back in lists of rooms that were left.
  func forget(_ room: RoomID) async throws(SDKError) {
    let _: Empty = try await call.send(ClientAPI.forget(room))
  }
}
