/// The name of a room, `!opaque` or `!opaque:server`, at most 255 bytes.
///
/// Opaque: a server in it says who made the room, not who is in it, and later room versions have none. Small, and quick
/// to hash and to compare, as `UserID` is.
/// Source: Matrix specification, appendices, "Room IDs".
public struct RoomID: Sendable {
  @usableFromInline
  final class Storage: Sendable {
    let text: String
    /// Of the text, for this process.
    @usableFromInline let hash: Int

    init(_ text: String) {
      var hasher = Hasher()
      for byte in text.utf8 { hasher.combine(byte) }
      (self.text, hash) = (text, hasher.finalize())
    }

    @usableFromInline
    func hasBytes(of other: Storage) -> Bool { text.hasBytes(of: other.text) }
  }

  @usableFromInline let storage: Storage

  /// The whole ID as it is on the wire.
  public var rawValue: String { storage.text }

  /// Takes `!` and at least one more character, without NUL.
  public init?(_ text: some StringProtocol) {
    guard text.isIdentifier(sigil: UInt8(ascii: "!")) else { return nil }
    storage = Storage(String(text))
  }

  /// The ID of a new room of a server: 18 letters, as many as there have to be for nobody to guess one.
  ///
  /// - Parameters:
  ///   - server: where it is made.
  ///   - random: has to be the system's outside of tests.
  public init?(on server: ServerName, using random: inout some RandomNumberGenerator) {
    let letters = (0..<18).map { _ in Self.letters[Int.random(in: Self.letters.indices, using: &random)] }
    self.init("!\(String(decoding: letters, as: UTF8.self)):\(server)")
  }

  private static let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)
}

extension RoomID: Hashable {
  /// Byte by byte, as for every `WireString`.
  @inlinable
  public static func == (left: RoomID, right: RoomID) -> Bool {
    left.storage === right.storage
      || left.storage.hash == right.storage.hash && left.storage.hasBytes(of: right.storage)
  }

  @inlinable
  public func hash(into hasher: inout Hasher) { hasher.combine(storage.hash) }
}

extension RoomID: WireString {}

extension RoomID: Comparable {
  /// Order by code point.
  public static func < (left: RoomID, right: RoomID) -> Bool {
    left.rawValue.utf8.lexicographicallyPrecedes(right.rawValue.utf8)
  }
}
