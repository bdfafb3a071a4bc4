internal import MatrixWire
internal import NIOCore

/// Whether a server may be at an address although any user may have named it: the address is in no entry of IANA's
/// registries of special purposes (RFC 6890), and embeds none that is.
///
/// Entries that are globally reachable are refused too: they are services of the network itself, at every place
/// another one. Of IPv6 only what is given out for unicast is left (2000::/3), so that what the registries gain outside
/// of it needs no change here.
enum PublicAddress {
  static func isPublic(_ address: SocketAddress) -> Bool {
    // As the system has them: the family and the port come first, in IPv6 a label of the flow as well.
    let bytes = address.withSockAddr { Array(UnsafeRawBufferPointer(start: $0, count: $1)) }
    switch address {
    case .v4:
      let four = bytes.dropFirst(4).prefix(4)
      return four.count == 4 && isPublic(IPAddress(four: four.reduce(0) { $0 << 8 | UInt32($1) }))
    case .v6:
      let six = bytes.dropFirst(8).prefix(16)
      return six.count == 16 && isPublic(IPAddress(bits: six.reduce(0) { $0 << 8 | UInt128($1) }))
    case .unixDomainSocket: return false
    }
  }

  static func isPublic(_ address: IPAddress) -> Bool {
    guard address.four == nil else { return !special4.contains { $0.contains(address) } }
    if translation.contains(address) { return isPublic(embedded(in: address, from: 0)) }
    guard unicast.contains(address), !special6.contains(where: { $0.contains(address) }) else { return false }
    if sixToFour.contains(address) { return isPublic(embedded(in: address, from: 80)) }
    // ISATAP (RFC 5214, 6.1): the interface's half is 0000:5efe or 0200:5efe, and an IPv4 address.
    let interface = UInt32(truncatingIfNeeded: address.bits >> 32)
    return interface & ~0x0300_0000 != 0x5EFE || isPublic(embedded(in: address, from: 0))
  }

  /// The IPv4 address that has this many bits behind it.
  private static func embedded(in address: IPAddress, from bit: Int) -> IPAddress {
    IPAddress(four: UInt32(truncatingIfNeeded: address.bits >> UInt128(bit)))
  }

  private static func network4(_ a: UInt32, _ b: UInt32, _ c: UInt32, _ length: Int) -> IPNetwork {
    IPNetwork(IPAddress(four: a << 24 | b << 16 | c << 8), length: 96 + length)
  }

  private static func network6(_ a: UInt128, _ b: UInt128, _ c: UInt128, _ length: Int) -> IPNetwork {
    IPNetwork(IPAddress(bits: a << 112 | b << 96 | c << 80), length: length)
  }

  /// IANA IPv4 Special-Purpose Address Registry, and multicast (RFC 5771).
  private static let special4 = [
    network4(0, 0, 0, 8),  // This network (RFC 791).
    network4(10, 0, 0, 8),  // Private (RFC 1918).
    network4(100, 64, 0, 10),  // Behind a provider's translation (RFC 6598).
    network4(127, 0, 0, 8),  // Loopback (RFC 1122).
    network4(169, 254, 0, 16),  // Link local (RFC 3927).
    network4(172, 16, 0, 12),  // Private (RFC 1918).
    network4(192, 0, 0, 24),  // Protocol assignments (RFC 6890), with all their parts.
    network4(192, 0, 2, 24),  // Documentation (RFC 5737).
    network4(192, 31, 196, 24),  // AS112 (RFC 7535).
    network4(192, 52, 193, 24),  // Multicast tunnelling (RFC 7450).
    network4(192, 88, 99, 24),  // 6to4 relays (RFC 7526).
    network4(192, 168, 0, 16),  // Private (RFC 1918).
    network4(192, 175, 48, 24),  // AS112 (RFC 7534).
    network4(198, 18, 0, 15),  // Measuring (RFC 2544).
    network4(198, 51, 100, 24),  // Documentation (RFC 5737).
    network4(203, 0, 113, 24),  // Documentation (RFC 5737).
    network4(224, 0, 0, 4),  // Multicast.
    network4(240, 0, 0, 4),  // Reserved (RFC 1112), and broadcast at its end.
  ]

  /// What is given out for unicast (IANA Internet Protocol Version 6 Address Space).
  private static let unicast = network6(0x2000, 0, 0, 3)

  /// Of IANA IPv6 Special-Purpose Address Registry what lies in it. Outside are unspecified and loopback, translation
  /// for oneself (64:ff9b:1::/48), discard (100::/64), dummy (100:0:0:1::/64), segment routing (5f00::/16), unique
  /// local, link and site local, and multicast.
  private static let special6 = [
    network6(0x2001, 0, 0, 23),  // Protocol assignments: Teredo, measuring, ORCHID and all others.
    network6(0x2001, 0xDB8, 0, 32),  // Documentation (RFC 3849).
    network6(0x2620, 0x4F, 0x8000, 48),  // AS112 (RFC 7534).
    network6(0x3FFF, 0, 0, 20),  // Documentation (RFC 9637).
  ]

  /// 6to4 (RFC 3056): leads to the IPv4 address behind its first 16 bits.
  private static let sixToFour = network6(0x2002, 0, 0, 16)

  /// IPv4 by a translator (RFC 6052).
  private static let translation = network6(0x64, 0xFF9B, 0, 96)
}
