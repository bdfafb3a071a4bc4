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
    "2002:7f00:1::1", "2002:a00:1::", "2001::1", "64:ff9b:1::a00:1", "::ffff:0:10.0.0.1",
  ])
  func thisIsNotForEverybody(_ text: String) throws {
    #expect(!PublicAddress.isPublic(try SocketAddress(ipAddress: text, port: 8448)))
  }

  @Test(arguments: [
    "1.1.1.1", "9.255.0.1", "11.0.0.1", "100.63.0.1", "100.128.0.1", "172.15.0.1", "172.32.0.1", "192.0.2.1",
    "192.167.1.1", "198.17.0.1", "198.20.0.1", "223.255.255.255", "2001:db8::1", "2001:1::1",
    "2a00:1450:4001::1",
    "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1", "fe00::1",
  ])
  func thisIsForEverybody(_ text: String) throws {
    #expect(PublicAddress.isPublic(try SocketAddress(ipAddress: text, port: 8448)))
  }
}
