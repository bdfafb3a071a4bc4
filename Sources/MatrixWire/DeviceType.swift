/// The kind of a device: one of a closed list, or a namespaced word of an application's own.
public struct DeviceType: WireString {
  public let rawValue: String

  public static let desktop = DeviceType(known: "desktop")
  public static let mobile = DeviceType(known: "mobile")
  public static let terminal = DeviceType(known: "terminal")
  public static let web = DeviceType(known: "web")
  public static let bot = DeviceType(known: "bot")

  /// The types every client knows a word for.
  public static let known: Set<DeviceType> = [.desktop, .mobile, .terminal, .web, .bot]

  /// One of the known words, or 1 to 255 characters of `a-z 0-9 . _ -`, beginning with a letter and with a
  /// dot in it (the Common Namespaced Identifier Grammar).
  public init?(_ text: String) {
    let candidate = DeviceType(known: text)
    guard Self.known.contains(candidate) || Self.isNamespaced(text) else { return nil }
    self = candidate
  }

  private init(known text: String) { self.rawValue = text }

  private static func isNamespaced(_ text: String) -> Bool {
    let bytes = text.utf8
    guard (3...255).contains(bytes.count), let first = bytes.first, (0x61...0x7A).contains(first) else {
      return false
    }
    return bytes.contains(UInt8(ascii: "."))
      && bytes.allSatisfy { byte in
        (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || Array("._-".utf8).contains(byte)
      }
  }
}

extension DeviceType: Comparable {
  public static func < (left: DeviceType, right: DeviceType) -> Bool {
    left.rawValue.utf8.lexicographicallyPrecedes(right.rawValue.utf8)
  }
}
