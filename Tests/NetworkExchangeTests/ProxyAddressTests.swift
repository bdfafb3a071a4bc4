import Testing

@testable import NetworkExchange

/// Which servers are reached by a proxy, and what is taken for one.
struct ProxyAddressTests {
  private func proxy(
    _ url: String, _ proxy: String? = "http://proxy.example:3128", exceptions: String? = nil
  ) throws -> ProxyAddress? {
    try ProxyRules(proxy: proxy, exceptions: exceptions).proxy(for: try ServerAddress(checking: url))
  }

  @Test(arguments: [
    "https://example.org", "https://example.org:8448/x", "https://10.0.0.1", "https://[2001:db8::1]",
  ])
  func serversWithTLSAreReachedByTheProxy(url: String) throws {
    let found = try #require(try proxy(url))
    #expect(found.description == "proxy.example:3128")
    #expect(found.credentials == nil)
  }

  @Test(arguments: [
    "http://example.org", "https://localhost", "https://127.0.0.1:8448", "https://[::1]:8448",
    "https://a.localhost",
  ])
  func thisMachineAndServersWithoutTLSAreNot(url: String) throws { #expect(try proxy(url) == nil) }

  @Test func aUnixSocketIsNot() throws {
    #expect(
      try ProxyRules(proxy: "http://p:1", exceptions: nil).proxy(for: ServerAddress(socket: "/s")) == nil)
  }

  @Test(arguments: [
    ("*", true), ("example.org", true), (".example.org", true), ("*.example.org", true),
    ("matrix.example.org", true),
    ("x.test, EXAMPLE.org", true), ("example.org:443", true), ("example.org:8448", false),
    ("ample.org", false),
    ("other.example.org", false), ("org", true), ("", false), (",", false), ("10.0.0.0/8", false),
    ("[", false),
  ])
  func exceptionsStandForWhatIsBelowThem(exceptions: String, isException: Bool) throws {
    #expect(try (proxy("https://matrix.example.org", exceptions: exceptions) == nil) == isException)
  }

  @Test(arguments: [
    ("10.0.0.0/8", true), ("10.1.2.3", true), ("10.1.2.0/24", true), ("10.1.3.0/24", false),
    ("0.0.0.0/0", true),
    ("10.1.2.3/32", true), ("10.1.2.3/33", false), ("10.1.2.3/-1", false), ("10.1.2/24", false), ("/", false),
  ])
  func networksAreExceptionsToo(exceptions: String, isException: Bool) throws {
    #expect(try (proxy("https://10.1.2.3", exceptions: exceptions) == nil) == isException)
  }

  @Test(arguments: [
    ("proxy.example:3128", "proxy.example:3128", nil), ("http://proxy.example", "proxy.example:80", nil),
    ("HTTP://[::1]:3128/", "[::1]:3128", nil), ("http://ann:b%40c:d@p:1", "p:1", "ann:b@c:d"),
  ])
  func theseAreProxies(text: String, place: String, credentials: String?) throws {
    let proxy = try ProxyAddress(checking: text)
    #expect(proxy.description == place)
    #expect(proxy.credentials == credentials)
  }

  @Test(arguments: [
    "https://p:1", "socks5://p:1", "http://p:65536", "http://p:0", "http://", "http://ann:%zz@p:1",
    "http://ann:%4@p:1",
    "http://u:secret@", "http://u:secret@p q", "http://u:%ff@p:1",
  ])
  func aProxyThatIsNoneIsRefusedWithoutThePassword(text: String) {
    let problem = #expect(throws: SettingProblem.self) { try ProxyAddress(checking: text) }
    #expect(problem?.message.contains("secret") == false)
  }

  @Test(arguments: ["/nowhere/certificates.pem", "/etc/passwd", "/"])
  func certificatesThatAreNoneAreRefusedBeforeAnythingIsSent(path: String) {
    let problem = #expect(throws: SettingProblem.self) { try TrustedCertificates(file: path) }
    #expect(problem?.message.contains(path) == true)
  }
}
