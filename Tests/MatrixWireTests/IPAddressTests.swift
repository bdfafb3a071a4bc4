internal import MatrixWire
internal import Testing

struct IPAddressTests {
  @Test(arguments: [
    ("1.2.3.4", "1.2.3.4"), ("::ffff:1.2.3.4", "1.2.3.4"), ("::FFFF:102:304", "1.2.3.4"),
    ("::", "0:0:0:0:0:0:0:0"),
    ("2001:DB8::1", "2001:db8:0:0:0:0:0:1"), ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
    ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"), ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"),
    ("fe80::1%eth0", "fe80:0:0:0:0:0:0:1"),
    ("64:ff9b::192.0.2.33", "64:ff9b:0:0:0:0:c000:221"),
  ])
  func theSameAddressHasTheSameText(_ text: String, _ expected: String) {
    #expect(IPAddress(text)?.description == expected)
    #expect(IPAddress(expected) == IPAddress(text))
  }

  @Test(arguments: [
    "", " ", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.4 ", "+1.2.3.4", "127.1", "0x7f.0.0.1",
    "1.2.3.4%eth0",
    ":", ":::", "1:::2", "::1::2", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", "12345::",
    "g::", "[::1]",
    "::1.2.3.4:5", "1.2.3.4::", ":1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8:", "::-1", "::+1", "\u{0}", "::1.2.3",
  ])
  func whatIsNoAddressIsNone(_ text: String) {
    #expect(IPAddress(text) == nil)
  }

  @Test(arguments: [
    ("192.0.2.0/24", "192.0.2.255", true), ("192.0.2.0/24", "192.0.3.0", false),
    ("192.0.2.7/24", "192.0.2.1", true),
    ("10.1.2.3", "10.1.2.3", true), ("10.1.2.3", "10.1.2.4", false), ("0.0.0.0/0", "255.1.1.1", true),
    ("0.0.0.0/0", "::1", false), ("::/0", "1.2.3.4", true), ("2001:db8::/33", "2001:db8:7fff::", true),
    ("2001:db8::/33", "2001:db8:8000::", false), ("[::1]", "::1", true),
    ("::ffff:10.0.0.0/104", "10.9.9.9", true),
    ("127.0.0.1", "::ffff:127.0.0.1", true),
  ])
  func aNetworkHasItsAddresses(_ network: String, _ address: String, _ isIn: Bool) throws {
    let network = try #require(IPNetwork(network))
    #expect(network.contains(try #require(IPAddress(address))) == isIn)
  }

  @Test(arguments: [
    "", "/", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "::/129", "10.0.0.0/8/8", "localhost",
    "fe80::1%eth0",
    "10.0.0.0/0008",
  ])
  func whatIsNoNetworkIsNone(_ text: String) {
    #expect(IPNetwork(text) == nil)
  }
}
