/// A name by which people find a room, `#localpart:server`, at most 255 bytes.
///
/// Source: Matrix specification, appendices, "Room Aliases".
public struct RoomAlias: WireString {
  /// The whole alias as it is on the wire.
  public let rawValue: String

  /// The server that knows which room it is.
  public let server: ServerName

  /// Splits at the first colon, because server names may contain colons too. The localpart is any text of at least one
  /// character without NUL.
  public init?(_ text: some StringProtocol) {
    guard text.isIdentifier(sigil: UInt8(ascii: "#")),
      let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")),
      colon > text.utf8.index(after: text.utf8.startIndex),
      let server = ServerName(text[text.utf8.index(after: colon)...])
    else { return nil }
    (rawValue, self.server) = (String(text), server)
  }

  /// An alias on a server, or nil where the localpart is empty, has a colon or NUL, or the whole is too long.
  public init?(localpart: some StringProtocol, server: ServerName) {
    guard !localpart.utf8.contains(UInt8(ascii: ":")) else { return nil }
    self.init("#\(localpart):\(server)")
  }
}
