internal import Screen

/// The keys of one kind of terminal: the strings that terminfo has for them.
public struct TerminalKeys: Sendable {
  private var keys: [[UInt8]: Key] = [:]
  /// The beginnings of those strings, without the strings themselves.
  private var beginnings: Set<[UInt8]> = []

  /// No strings: a terminal of which nothing is known.
  public init() {}

  /// - Parameter capability: What terminfo says of a string capability such as `kcuu1`; nil where it has none.
  public init(_ capability: (String) -> [UInt8]?) {
    for (name, key) in Self.named {
      guard let bytes = capability(name), Self.isUsable(bytes), !Self.isModified(key, bytes) else { continue }
      // The first name wins: on old terminals backspace and the left arrow are one byte.
      if keys[bytes] == nil { keys[bytes] = key }
      for length in 1..<bytes.count { beginnings.insert(Array(bytes[..<length])) }
    }
  }

  func key(for bytes: [UInt8]) -> Key? { keys[bytes] }

  /// Whether bytes that are no key's string begin the longer string of one.
  func isBeginning(_ bytes: [UInt8]) -> Bool { keys[bytes] == nil && beginnings.contains(bytes) }

  /// A longer string than any terminal has would only be in the way, and so would one that begins like text or is
  /// a byte with a meaning of its own: Ctrl-C, tab, Enter, Escape.
  private static func isUsable(_ bytes: [UInt8]) -> Bool {
    guard let first = bytes.first, bytes.count <= 32, first < 0x20 || first == 0x7F else { return false }
    return bytes.count > 1 || ![0x03, 0x09, 0x0D, 0x1B].contains(first)
  }

  /// Whether a function key is really a lower one with Shift, Alt or Ctrl held: terminfo has F30 for Ctrl and F6.
  private static func isModified(_ key: Key, _ bytes: [UInt8]) -> Bool {
    guard case .function(let number) = key, number > 12 else { return false }
    return bytes.contains(UInt8(ascii: ";"))
  }

  /// The capabilities that name keys we have names for.
  private static let named: [(String, Key)] =
    [
      ("kbs", .backspace), ("kcuu1", .up), ("kcud1", .down), ("kcub1", .left), ("kcuf1", .right),
      ("khome", .home), ("kend", .end), ("kfnd", .home), ("kslt", .end), ("kpp", .pageUp), ("knp", .pageDown),
      ("kich1", .insert), ("kdch1", .delete), ("kcbt", .backTab), ("kent", .keypadEnter),
    ] + (1...63).map { ("kf\($0)", .function($0)) }
}
