extension WireRequest {
  /// The most events or rooms an answer is to have; larger ones count as `most`.
  ///
  /// - Throws: `M_INVALID_PARAM` where it is no number of 0 or more.
  public func limit(most: Int) throws(MatrixError) -> Int? {
    guard let text = query("limit") else { return nil }
    let isNumber = !text.isEmpty && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
    guard isNumber else { throw MatrixError(.invalidParameter, "'limit' is not an integer of 0 or more.") }
    // Too long for an integer is a large one.
    return Int(text).map { min($0, most) } ?? most
  }

  /// A position that an answer gave.
  ///
  /// - Throws: `M_INVALID_PARAM` where no answer could have given it.
  func token(_ name: String) throws(MatrixError) -> SyncToken? {
    guard let text = query(name) else { return nil }
    guard let token = SyncToken(text) else {
      throw MatrixError(.invalidParameter, "'\(name)' is no position: those have 1 to 255 bytes.")
    }
    return token
  }

  /// A filter for the events of one room; absent lets everything pass.
  ///
  /// - Throws: as `RoomEventFilter(parsing:)`.
  func roomEventFilter() throws(MatrixError) -> RoomEventFilter {
    guard let text = query("filter") else { return .everything }
    return try RoomEventFilter(parsing: Array(text.utf8))
  }

  func membership(_ name: String) throws(MatrixError) -> Membership? {
    guard let text = query(name) else { return nil }
    guard let membership = Membership(rawValue: text) else {
      throw MatrixError(.invalidParameter, "'\(name)' is not one of join, invite, leave, ban, knock.")
    }
    return membership
  }
}
