/// The name of an event in a room, `$opaque` or `$opaque:server`, at most 255 bytes.
///
/// Since room version 4 it is a hash of the event, and takes up no more here than that. Compared byte by byte.
/// Source: Matrix specification, appendices, "Event IDs".
public struct EventID: Hashable, Sendable {
  private enum Form: Hashable, Sendable {
    case hash(UInt64, UInt64, UInt64, UInt64)
    /// UTF-8.
    case other([UInt8])
  }

  private let form: Form

  /// Takes `$` and at least one more character, without NUL.
  public init?(_ text: some StringProtocol) {
    guard text.isIdentifier(sigil: UInt8(ascii: "$")) else { return nil }
    let bytes = Array(text.utf8)
    let hash = UnpaddedBase64.decode(urlSafe: bytes.dropFirst())
    if let hash, let id = EventID(hash: hash), id.rawValue.utf8.elementsEqual(bytes) {
      self = id
    } else {
      form = .other(bytes)
    }
  }

  /// The ID of an event by its reference hash; nil for other lengths than 32 bytes.
  public init?(hash: [UInt8]) {
    guard hash.count == 32 else { return nil }
    func word(_ index: Int) -> UInt64 {
      hash[8 * index..<8 * index + 8].reduce(0) { $0 << 8 | UInt64($1) }
    }
    form = .hash(word(0), word(1), word(2), word(3))
  }

  /// The whole ID as it is on the wire.
  public var rawValue: String {
    switch form {
    case .other(let bytes): return String(decoding: bytes, as: UTF8.self)
    case .hash(let first, let second, let third, let fourth):
      let bytes = [first, second, third, fourth].flatMap { word in
        (0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * $0)) }
      }
      return "$" + UnpaddedBase64.encodeURLSafe(bytes)
    }
  }
}

extension EventID: WireString {
  public static func == (left: EventID, right: EventID) -> Bool { left.form == right.form }
}
