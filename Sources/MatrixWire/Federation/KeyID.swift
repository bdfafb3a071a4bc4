/// The name of a server's signing key, `ed25519:` and a version of `a-z A-Z 0-9 _`.
///
/// Other algorithms have no name here, and are ignored beside this one.
public struct KeyID: WireString {
  public let rawValue: String

  private static let algorithm = "ed25519:"

  public init?(_ text: String) {
    guard text.hasPrefix(Self.algorithm), text.utf8.count <= 255 else { return nil }
    let version = text.utf8.dropFirst(Self.algorithm.utf8.count)
    guard !version.isEmpty, version.allSatisfy(Self.isVersionByte) else { return nil }
    self.rawValue = text
  }

  /// What follows the algorithm.
  public var version: Substring { rawValue.dropFirst(Self.algorithm.count) }

  private static func isVersionByte(_ byte: UInt8) -> Bool {
    (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte)
      || byte == UInt8(ascii: "_")
  }
}

extension KeyID: Comparable {
  public static func < (left: KeyID, right: KeyID) -> Bool {
    left.rawValue.utf8.lexicographicallyPrecedes(right.rawValue.utf8)
  }
}
