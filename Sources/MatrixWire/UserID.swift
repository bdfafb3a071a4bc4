/// A person's address, `@localpart:server`.
///
/// Parsing is as lenient as the specification demands of receivers (historical localparts are any Unicode
/// without `:` and NUL, even empty); `isValidForRegistration` says whether a new account may have the name.
/// Source: Matrix specification, appendices, "User Identifiers".
///
/// Small, and quick to hash and to compare (`IdentifierText`).
public struct UserID: Sendable {
  @usableFromInline let storage: IdentifierText<ServerName>

  /// The whole address as it is on the wire, at most 255 bytes.
  public var rawValue: String { storage.text }

  /// The server that speaks for this person.
  public var server: ServerName { storage.part }

  /// Splits at the first colon, because server names may contain colons too.
  public init?(_ text: String) {
    guard text.utf8.count <= 255, text.utf8.first == UInt8(ascii: "@"),
      let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")), !text.utf8.contains(0),
      let server = ServerName(text[text.utf8.index(after: colon)...])
    else { return nil }
    storage = IdentifierText(text, server)
  }

  /// Splits at the first colon, because server names may contain colons too.
  public init?(_ text: some StringProtocol) { self.init(String(text)) }

  /// An address on a server, or nil where the localpart has a colon or NUL or the whole is too long.
  public init?(localpart: some StringProtocol, server: ServerName) {
    guard !localpart.utf8.contains(UInt8(ascii: ":")) else { return nil }
    self.init("@\(localpart):\(server.rawValue)")
  }

  /// The part between `@` and the first colon.
  public var localpart: Substring {
    let colon = rawValue.utf8.firstIndex(of: UInt8(ascii: ":")) ?? rawValue.endIndex
    return rawValue[rawValue.utf8.index(after: rawValue.startIndex)..<colon]
  }

  /// Whether a new account may have this name: one or more of `a-z 0-9 . _ = - / +`.
  public var isValidForRegistration: Bool {
    let part = localpart.utf8
    return !part.isEmpty
      && part.allSatisfy { byte in
        (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || Self.punctuation.contains(byte)
      }
  }

  private static let punctuation = Array("._=-/+".utf8)
}

extension UserID: Hashable {
  /// Byte by byte, as for every `WireString`.
  @inlinable
  public static func == (left: UserID, right: UserID) -> Bool { left.storage.hasBytes(of: right.storage) }

  @inlinable
  public func hash(into hasher: inout Hasher) { hasher.combine(storage.hash) }
}

extension UserID: WireString {}

extension UserID: Comparable {
  public static func < (left: UserID, right: UserID) -> Bool { left.storage.precedes(right.storage) }
}
