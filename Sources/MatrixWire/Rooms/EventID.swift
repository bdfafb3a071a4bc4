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
  public init?(_ text: String) { self.init(utf8: text.utf8.span) }

  /// Takes `$` and at least one more character, without NUL.
  public init?(_ text: some StringProtocol) { self.init(String(text)) }

  /// Takes UTF-8 of the same form.
  ///
  /// - Parameter bytes: valid UTF-8.
  public init?(utf8 bytes: Span<UInt8>) {
    guard (2...255).contains(bytes.count), bytes[0] == UInt8(ascii: "$") else { return nil }
    if let hash = Self.hash(bytes) {
      form = hash
    } else {
      guard bytes.indices.allSatisfy({ bytes[$0] != 0 }) else { return nil }
      form = .other(bytes.indices.map { bytes[$0] })
    }
  }

  /// The hash that an ID writes; nil for an ID of another kind.
  private static func hash(_ bytes: Span<UInt8>) -> Form? {
    guard bytes.count == hashedLength else { return nil }
    var (words, place) = ((UInt64(0), UInt64(0), UInt64(0), UInt64(0)), 0)
    var (bits, count) = (UInt64(0), 0)
    for index in 1..<bytes.count {
      guard let value = UnpaddedBase64.value(ofURLSafe: bytes[index]) else { return nil }
      let taken = min(6, 64 - count)
      bits = bits << UInt64(taken) | UInt64(value) >> UInt64(6 - taken)
      count += taken
      guard count == 64 else { continue }
      switch place {
      case 0: words.0 = bits
      case 1: words.1 = bits
      case 2: words.2 = bits
      default: words.3 = bits
      }
      place += 1
      (bits, count) = (UInt64(value) & (1 << UInt64(6 - taken) - 1), 6 - taken)
    }
    // What stands for nothing at the end is 0, or another text would be the same ID.
    return bits == 0 ? .hash(words.0, words.1, words.2, words.3) : nil
  }

  /// `$` and 32 bytes in unpadded base64.
  private static let hashedLength = 44

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
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Self.hashedLength)
    append(to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Whether it is the hash of its event.
  var isHash: Bool { if case .hash = form { true } else { false } }

  /// Adds the ID as it is on the wire.
  func append(to bytes: inout [UInt8]) {
    switch form {
    case .other(let text): bytes.append(contentsOf: text)
    case .hash(let first, let second, let third, let fourth):
      bytes.append(UInt8(ascii: "$"))
      var (bits, count) = (UInt64(0), 0)
      for word in [first, second, third, fourth] {
        // Of the word before, what was less than six bits.
        var left = 64
        if count > 0 {
          left -= 6 - count
          bytes.append(UnpaddedBase64.urlSafe(bits << UInt64(6 - count) | word >> UInt64(left)))
        }
        while left >= 6 {
          left -= 6
          bytes.append(UnpaddedBase64.urlSafe(word >> UInt64(left)))
        }
        (bits, count) = (word & (1 << UInt64(left) - 1), left)
      }
      bytes.append(UnpaddedBase64.urlSafe(bits << UInt64(6 - count)))
    }
  }
}

extension EventID: WireString {
  public static func == (left: EventID, right: EventID) -> Bool { left.form == right.form }
}
