internal import MatrixWire
internal import NIOCore
internal import PorchlightTestSupport
internal import Testing

@testable internal import PeerNetwork

struct PublicAddressTests {
  @Test(arguments: [
    "0.0.0.0", "0.1.2.3", "10.0.0.5", "127.0.0.1", "127.255.0.1", "100.64.0.1", "100.127.9.9",
    "169.254.169.254",
    "172.16.0.1", "172.31.255.255", "192.168.1.1", "192.0.0.8", "198.18.0.1", "198.19.0.1", "224.0.0.1",
    "239.1.1.1", "255.255.255.255", "::", "::1", "::7f00:1", "fe80::1", "febf::1", "fec0::1", "fc00::1",
    "fd12:3456::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1",
    "64:ff9b::192.168.0.1",
    "2002:7f00:1::1", "2002:a00:1::", "2001::1", "64:ff9b:1::a00:1", "::ffff:0:10.0.0.1", "::ffff:0:8.8.8.8",
    "2001:1::1", "fe00::1", "4000::1", "::8.8.8.8",
  ])
  func thisIsNotForEverybody(_ text: String) throws {
    #expect(!PublicAddress.isPublic(try SocketAddress(ipAddress: text, port: 8448)))
  }

  @Test(arguments: [
    "1.1.1.1", "9.255.0.1", "11.0.0.1", "100.63.0.1", "100.128.0.1", "172.15.0.1", "172.32.0.1",
    "192.167.1.1", "198.17.0.1", "198.20.0.1", "223.255.255.255", "2a00:1450:4001::1",
    "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1", "2a00:1450::5efe:8.8.8.8",
  ])
  func thisIsForEverybody(_ text: String) throws {
    #expect(PublicAddress.isPublic(try SocketAddress(ipAddress: text, port: 8448)))
  }

  /// Those of the issue, and every form in which one may stand in another.
  @Test(arguments: [
    "192.0.2.1", "198.51.100.1", "203.0.113.1", "2001:db8::1", "192.88.99.1", "100::1", "2001:2::1",
    "3fff::1",
    "3fff:fff:ffff::1", "5f00::1", "2001:10::1", "2001:20::1", "2001:30::1", "::ffff:192.0.2.1",
    "::ffff:203.0.113.9", "64:ff9b::198.51.100.1", "2002:c000:201::1", "2002:cb00:7101::1", "::192.0.2.1",
    "::ffff:0:192.0.2.1", "2001:0:808:808::1", "2001:0:4136:e378:8000:63bf:f5ff:fefe",
    "2a00:1450::5efe:10.0.0.1",
    "2a00:1450::200:5efe:192.0.2.1", "2a00:1450::100:5efe:127.0.0.1", "64:ff9b:1::8.8.8.8", "100:0:0:1::1",
    "2620:4f:8000::1", "192.31.196.1", "192.52.193.1", "192.175.48.1", "192.0.0.9", "192.0.0.170",
    "240.0.0.1",
  ])
  func aDocumentationAddressIsNotCalled(_ text: String) throws {
    #expect(!PublicAddress.isPublic(try SocketAddress(ipAddress: text, port: 8448)))
  }

  /// Both registries as IANA has them, with what is multicast: their entries' ends are refused, and of the neighbours
  /// those are public that belong to no other entry.
  @Test func everyEntryOfTheRegistriesIsRefusedToItsLastAddress() throws {
    let networks = try Self.registries.map { try IPNetwork($0).orThrow("a network") }
    for (text, network) in zip(Self.registries, networks) {
      for address in [network.first, network.last] {
        #expect(!Self.isPublic(address), "\(address) of \(text)")
      }
      let neighbours = [network.first.bits &- 1, network.last.bits &+ 1].map(IPAddress.init(bits:))
      for address in neighbours where Self.isGivenOut(address) {
        let isEntry = networks.contains { $0.contains(address) }
        #expect(Self.isPublic(address) == !isEntry, "\(address) beside \(text)")
      }
    }
  }

  private static func isPublic(_ address: IPAddress) -> Bool {
    // By the way that connections take.
    guard let socket = try? SocketAddress(ipAddress: address.description, port: 8448) else { return true }
    return PublicAddress.isPublic(socket)
  }

  private static func isGivenOut(_ address: IPAddress) -> Bool {
    address.four != nil || address.bits >> 125 == 1
  }

  private static let registries = [
    "0.0.0.0/8", "0.0.0.0/32", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24", "192.0.0.0/29", "192.0.0.8/32", "192.0.0.9/32", "192.0.0.10/32", "192.0.0.170/32",
    "192.0.0.171/32", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24",
    "192.88.99.2/32",
    "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4",
    "240.0.0.0/4", "255.255.255.255/32", "::1/128", "::/128", "64:ff9b:1::/48", "100::/64", "100:0:0:1::/64",
    "2001::/23", "2001::/32", "2001:1::1/128", "2001:1::2/128", "2001:1::3/128", "2001:2::/48", "2001:3::/32",
    "2001:4:112::/48", "2001:10::/28", "2001:20::/28", "2001:30::/28", "2001:db8::/32", "2620:4f:8000::/48",
    "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
  ]
}
