/// A person's address, `@localpart:server`.
///
/// Parsing is as lenient as the specification demands of receivers (historical localparts are any Unicode
/// without `:` and NUL, even empty); `isValidForRegistration` says whether a new account may have the name.
/// Source: Matrix specification, appendices, "User Identifiers".
///
/// Small, and quick to hash and to compare: it refers to its text, whose hash is worked out once.
public struct UserID: Sendable {
  @usableFromInline
  final class Storage: Sendable {
    let text: String
    let server: ServerName
    /// Of the text, for this process.
    @usableFromInline let hash: Int

    init(_ text: String, _ server: ServerName) {
      // By bytes, as IDs are compared: texts that Swift holds for equal would all have one hash.
      var hasher = Hasher()
      for byte in text.utf8 { hasher.combine(byte) }
      (self.text, self.server, hash) = (text, server, hasher.finalize())
    }

    @usableFromInline
    func hasBytes(of other: Storage) -> Bool { text.hasBytes(of: other.text) }
  }

  @usableFromInline let storage: Storage

  /// The whole address as it is on the wire, at most 255 bytes.
  public var rawValue: String { storage.text }

  /// The server that speaks for this person.
  public var server: ServerName { storage.server }

  /// Splits at the first colon, because server names may contain colons too.
  public init?(_ text: some StringProtocol) {
    guard text.utf8.count <= 255, text.utf8.first == UInt8(ascii: "@"),
      let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")), !text.utf8.contains(0),
      let server = ServerName(text[text.utf8.index(after: colon)...])
    else { return nil }
    storage = Storage(String(text), server)
  }

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
  public static func == (left: UserID, right: UserID) -> Bool {
    left.storage === right.storage
      || left.storage.hash == right.storage.hash && left.storage.hasBytes(of: right.storage)
  }

  @inlinable
  public func hash(into hasher: inout Hasher) { hasher.combine(storage.hash) }
}

extension UserID: WireString {}

extension UserID: Comparable {
  /// Order by code point, which is the order of the UTF-8 bytes (Swift's own string order folds
  /// canonically equivalent text together).
  public static func < (left: UserID, right: UserID) -> Bool {
    let (ours, theirs) = (left.rawValue.utf8.span, right.rawValue.utf8.span)
    for index in 0..<min(ours.count, theirs.count) where ours[index] != theirs[index] {
      return ours[index] < theirs[index]
    }
    return ours.count < theirs.count
  }
}
