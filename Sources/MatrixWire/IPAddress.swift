/// An Internet address as a number: IPv4 is where IPv6 maps it (`::ffff:0:0/96`), so that both spellings of one are
/// equal.
public struct IPAddress: Hashable, Sendable, CustomStringConvertible {
  public let bits: UInt128

  private static let mapped: UInt128 = 0xFFFF << 32

  public init(bits: UInt128) { self.bits = bits }

  public init(four bits: UInt32) { self.bits = Self.mapped | UInt128(bits) }

  /// The IPv4 address it is; nil where it is none.
  public var four: UInt32? { bits >> 32 == 0xFFFF ? UInt32(truncatingIfNeeded: bits) : nil }

  /// Whether it never leaves the machine: 127.0.0.0/8 or ::1.
  public var isLoopback: Bool { bits == 1 || four.map { $0 >> 24 == 127 } ?? false }

  /// `192.0.2.1` or `2001:db8::1` (RFC 4291, 2.2), without brackets. A zone (`%eth0`) names an interface of some machine
  /// and is no part of the address.
  ///
  /// - Returns: nil where the text is anything else; numbers are decimal and have no leading zeros, as with `inet_pton`.
  public init?(_ text: some StringProtocol) {
    let bytes = Array(text.utf8.prefix(64))
    if let four = Self.four(bytes[...]) {
      self.init(four: four)
    } else {
      guard let six = Self.six(bytes.prefix { $0 != UInt8(ascii: "%") }) else { return nil }
      self.init(bits: six)
    }
  }

  private static func four(_ bytes: ArraySlice<UInt8>) -> UInt32? {
    let parts = bytes.split(separator: UInt8(ascii: "."), maxSplits: 4, omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var result: UInt32 = 0
    for part in parts {
      guard (1...3).contains(part.count), part.count == 1 || part.first != UInt8(ascii: "0") else {
        return nil
      }
      var number: UInt32 = 0
      for byte in part {
        guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
        number = number * 10 + UInt32(byte - UInt8(ascii: "0"))
      }
      guard number <= 255 else { return nil }
      result = result << 8 | number
    }
    return result
  }

  private static func six(_ bytes: ArraySlice<UInt8>) -> UInt128? {
    guard bytes.contains(UInt8(ascii: ":")) else { return nil }
    let gap = bytes.indices.dropLast().first {
      bytes[$0] == UInt8(ascii: ":") && bytes[$0 + 1] == UInt8(ascii: ":")
    }
    guard let gap else {
      guard let all = groups(bytes, endsWithFour: true), all.count == 8 else { return nil }
      return all.reduce(0) { $0 << 16 | UInt128($1) }
    }
    // What `::` stands for is at least one group of zeros.
    let rest = bytes[(gap + 2)...]
    guard let head = groups(bytes[..<gap], endsWithFour: false), let tail = groups(rest, endsWithFour: true),
      head.count + tail.count <= 7
    else { return nil }
    let high = head.reduce(0) { $0 << 16 | UInt128($1) }
    let low = tail.reduce(0) { $0 << 16 | UInt128($1) }
    return high << UInt128(16 * (8 - head.count)) | low
  }

  /// The 16-bit groups between colons; the last may be an IPv4 address, which is two.
  private static func groups(_ bytes: ArraySlice<UInt8>, endsWithFour: Bool) -> [UInt16]? {
    guard !bytes.isEmpty else { return [] }
    var result: [UInt16] = []
    let parts = bytes.split(separator: UInt8(ascii: ":"), maxSplits: 8, omittingEmptySubsequences: false)
    for (index, part) in parts.enumerated() {
      if endsWithFour, index == parts.count - 1, let four = four(part) {
        result += [UInt16(truncatingIfNeeded: four >> 16), UInt16(truncatingIfNeeded: four)]
      } else {
        guard (1...4).contains(part.count), part.allSatisfy(isHexadecimal),
          let group = UInt16(String(decoding: part, as: UTF8.self), radix: 16)
        else { return nil }
        result.append(group)
      }
    }
    return result
  }

  private static func isHexadecimal(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
      UInt8(ascii: "A")...UInt8(ascii: "F"):
      true
    default: false
    }
  }

  /// The same address has the same text: IPv4 with dots, IPv6 in eight groups.
  public var description: String {
    if let four {
      return [24, 16, 8, 0].map { String(four >> UInt32($0) & 0xFF) }.joined(separator: ".")
    }
    return (0..<8).map { String(UInt16(truncatingIfNeeded: bits >> UInt128(112 - 16 * $0)), radix: 16) }
      .joined(separator: ":")
  }
}

/// The addresses that begin with the same bits.
public struct IPNetwork: Hashable, Sendable {
  public let first: IPAddress
  /// How many bits they share, of 128; those of IPv4 after the 96 that map it.
  public let length: Int

  /// - Parameters:
  ///   - address: any of them.
  ///   - length: how many bits they share; beyond the ends it is the end.
  public init(_ address: IPAddress, length: Int) {
    self.length = min(max(0, length), 128)
    first = IPAddress(bits: address.bits & ~Self.rest(self.length))
  }

  /// `192.0.2.1`, `192.0.2.0/24`, `2001:db8::/32`, with or without brackets.
  ///
  /// - Returns: nil where the text is anything else, or the length is longer than such an address.
  public init?(_ text: String) {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    var host = parts[0]
    if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
    guard !host.contains("%"), let address = IPAddress(host) else { return nil }
    // Written as IPv6, the length counts from the beginning of IPv6, whatever it holds.
    let isShort = !host.contains(":")
    let most = isShort ? 32 : 128
    var length = most
    if parts.count == 2 {
      let digits = parts[1].utf8
      guard (1...3).contains(digits.count), digits.allSatisfy({ (0x30...0x39).contains($0) }),
        let number = Int(parts[1]), number <= most
      else { return nil }
      length = number
    }
    self.init(address, length: isShort ? 96 + length : length)
  }

  public func contains(_ address: IPAddress) -> Bool {
    (address.bits ^ first.bits) & ~Self.rest(length) == 0
  }

  /// The last of them.
  public var last: IPAddress { IPAddress(bits: first.bits | Self.rest(length)) }

  /// The bits in which they differ.
  private static func rest(_ length: Int) -> UInt128 { length == 0 ? .max : .max >> UInt128(length) }
}
