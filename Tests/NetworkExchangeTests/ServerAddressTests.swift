import Testing

@testable import NetworkExchange

/// What is taken for a base URL, and what is said where it is none.
struct ServerAddressTests {
  private func problem(_ url: String) -> String? {
    do throws(SettingProblem) {
      _ = try ServerAddress(checking: url)
      return nil
    } catch {
      return error.message
    }
  }

  @Test(arguments: [
    "http://127.0.0.1:65536", "http://127.0.0.1:0", "http://127.0.0.1:-1", "http://127.0.0.1:+1",
    "http://127.0.0.1:", "http://127.0.0.1:99999999999999999999", "http://127.0.0.1:9223372036854775808/x",
    "http://[::1]:65536", "https://example.org:65536", "http://localhost:1e3", "http://127.0.0.1:0x50",
    "http://h:1:2",
  ])
  func aPortBeyondTheEdgeTrapsNowhere(url: String) {
    #expect(ServerAddress(url: url) == nil)
    #expect(problem(url)?.contains("1 to 65535") == true)
  }

  @Test(arguments: [
    "http://127.0.0.1:1", "http://127.0.0.1:65535", "https://example.org", "HTTPS://Example.org:8448/",
    "http://[::1]:8008", "https://example.org/matrix/", "http://localhost",
  ])
  func theseAreBaseURLs(url: String) { #expect(problem(url) == nil) }

  @Test(arguments: [
    ("127.0.0.1:8556", "lacks http:// in front: did you mean http://127.0.0.1:8556?"),
    ("localhost:8008", "lacks http:// in front: did you mean http://localhost:8008?"),
    ("[::1]:8008", "lacks http:// in front: did you mean http://[::1]:8008?"),
    ("example.org", "lacks https:// in front: did you mean https://example.org?"),
    ("example.org/x/", "lacks https:// in front: did you mean https://example.org/x?"),
  ])
  func aURLWithoutItsSchemeIsToldWhichOneIsMissing(text: String, words: String) {
    #expect(problem(text) == words)
  }

  @Test(arguments: [
    ("", "is empty"), ("ftp://example.org", "begin with http:// or https://"),
    ("127.0.0.1:65536", "begin with http:// or https://"), ("http://", "no host"), ("http:///x", "no host"),
    ("http://:80", "no host"), ("http://h/?x", "without ? and #"), ("http://h#x", "without ? and #"),
    ("http://u:secret@h", "before the @"), ("u:secret@h", "begin with http://"),
    ("http://b\u{FC}cher.example", "xn--"), ("http://h h", "no URL has"), ("http://[::1", "no ]"),
    ("http://[]", "no IPv6 address"), ("http://[::1]x", "behind the ]"), ("http://a%41", "no host can be"),
    ("http://" + String(repeating: "a", count: 254), "no host can be"),
    ("http://h/" + String(repeating: "a", count: 3_000), "longer than 2000 bytes"),
  ])
  func whatIsWrongIsSaidWithoutThePassword(url: String, words: String) {
    #expect(problem(url)?.contains(words) == true)
    #expect(problem(url)?.contains("secret") == false)
  }

  @Test(arguments: [
    ("http://h", "h", 80, false), ("https://h/x", "h", 443, true), ("https://[::1]:8448", "::1", 8448, true),
    ("http://127.0.0.1:1/x:2", "127.0.0.1", 1, false),
  ])
  func theHostAndThePortAreTheURLs(url: String, host: String, port: Int, isEncrypted: Bool) {
    let authority = ServerAddress(url: url)?.authority
    #expect(authority?.host == host)
    #expect(authority.map { Int($0.port) } == port)
    #expect(authority?.isEncrypted == isEncrypted)
  }

  @Test(arguments: [
    ("http://localhost", true), ("http://a.localhost:1", true), ("http://127.3.2.1", true),
    ("http://[::1]", true), ("http://127.example.org", false), ("http://10.0.0.1", false),
    ("http://localhost.example.org", false),
  ])
  func thisMachineIsKnownByItsNames(url: String, isLoopback: Bool) {
    #expect(ServerAddress(url: url)?.authority?.isLoopback == isLoopback)
  }
}
