internal import MatrixWire

/// Positions in timelines, which page through messages: `t` and a sealed position, after which a page begins forward, and
/// up to which it goes backward.
extension PositionSeal {
  func token(at position: UInt64) -> SyncToken {
    guard let token = SyncToken("t" + seal(position)) else {
      preconditionFailure("a sealed position makes a token")
    }
    return token
  }

  /// The position of a page's token, or of one of the event stream; a stream that began before its user was in any room
  /// is before all messages.
  ///
  /// - Parameters:
  ///   - token: what a client gave.
  ///   - name: of the parameter it stands in.
  /// - Returns: the last position before what comes next, forward.
  /// - Throws: 400 `M_INVALID_PARAM` for what was never given out.
  func position(of token: SyncToken, in name: String) throws(APIError) -> UInt64 {
    let text = token.rawValue.utf8
    if text.first == UInt8(ascii: "t"), let position = open(Substring(text.dropFirst())) { return position }
    if let position = StreamPosition(token, self) { return position.rooms ?? 0 }
    throw APIError(400, .invalidParameter, "'\(name)' is no position that this server gave.")
  }
}
