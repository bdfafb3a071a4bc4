internal import NIOCore

/// Whether an address is one that a server anybody may find can have: not this machine's, not one of a network of
/// somebody's own, not one of many at once (RFC 6890).
enum PublicAddress {
  static func isPublic(_ address: SocketAddress) -> Bool {
    // As the system has them: the family and the port come first, in IPv6 a label of the flow as well.
    let bytes = address.withSockAddr { Array(UnsafeRawBufferPointer(start: $0, count: $1)) }
    switch address {
    case .v4: return isPublic(four: Array(bytes.dropFirst(4).prefix(4)))
    case .v6: return isPublic(six: Array(bytes.dropFirst(8).prefix(16)))
    case .unixDomainSocket: return false
    }
  }

  private static func isPublic(four bytes: [UInt8]) -> Bool {
    guard bytes.count == 4 else { return false }
    switch (bytes[0], bytes[1], bytes[2]) {
    // Unspecified, private, this machine.
    case (0, _, _), (10, _, _), (127, _, _): return false
    // Behind a provider's translation, by the link, private.
    case (100, 64...127, _), (169, 254, _), (172, 16...31, _), (192, 168, _): return false
    // For protocols, for measuring.
    case (192, 0, 0), (198, 18...19, _): return false
    // To many, and reserved.
    case (224..., _, _): return false
    default: return true
    }
  }

  private static func isPublic(six bytes: [UInt8]) -> Bool {
    guard bytes.count == 16 else { return false }
    switch (bytes[0], bytes[1]) {
    // By the link, of a site, unique locally, to many.
    case (0xFE, 0x80...), (0xFC...0xFD, _), (0xFF, _): return false
    // An address of the other kind in it: 6to4.
    case (0x20, 0x02): return isPublic(four: Array(bytes[2..<6]))
    // Teredo (RFC 4380), and what a network translates for itself (RFC 8215).
    case (0x20, 0x01) where bytes[2] == 0 && bytes[3] == 0: return false
    case (0, 0x64) where Array(bytes[2..<6]) == [0xFF, 0x9B, 0, 1]: return false
    default: break
    }
    let zeros = bytes.prefix { $0 == 0 }.count
    // Unspecified, this machine, and what stood for the other kind once.
    if zeros >= 12 { return false }
    // The other kind as it is, and translated (RFC 6052).
    let isMapped = zeros == 10 && bytes[10] == 0xFF && bytes[11] == 0xFF
    let isOldTranslation = zeros == 8 && Array(bytes[8..<12]) == [0xFF, 0xFF, 0, 0]
    let isTranslated = Array(bytes.prefix(12)) == [0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0]
    return isMapped || isTranslated || isOldTranslation ? isPublic(four: Array(bytes[12..<16])) : true
  }
}
