/// The name of a room, `!opaque` or `!opaque:server`, at most 255 bytes.
///
/// Opaque: a server in it says who made the room, not who is in it, and later room versions have none. Small, and quick
/// to hash and to compare (`IdentifierText`).
/// Source: Matrix specification, appendices, "Room IDs".
public struct RoomID: Sendable {
  @usableFromInline let storage: IdentifierText<Void>

  /// The whole ID as it is on the wire.
  public var rawValue: String { storage.text }

  /// Takes `!` and at least one more character, without NUL.
  public init?(_ text: String) {
    guard text.isIdentifier(sigil: UInt8(ascii: "!")) else { return nil }
    storage = IdentifierText(text, ())
  }

  /// Takes `!` and at least one more character, without NUL.
  public init?(_ text: some StringProtocol) { self.init(String(text)) }

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
  public static func == (left: RoomID, right: RoomID) -> Bool { left.storage.hasBytes(of: right.storage) }

  @inlinable
  public func hash(into hasher: inout Hasher) { hasher.combine(storage.hash) }
}

extension RoomID: WireString {}

extension RoomID: Comparable {
  public static func < (left: RoomID, right: RoomID) -> Bool { left.storage.precedes(right.storage) }
}
