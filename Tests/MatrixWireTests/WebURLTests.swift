import MatrixWire
import Testing

/// URLs as discovery and authorization servers name them.
struct WebURLTests {
  @Test(arguments: [
    ("https://Example.ORG", "https://example.org/"), ("https://example.org:443/a", "https://example.org/a"),
    ("http://example.org:80", "http://example.org/"), ("http://[::1]:8008/x?y=z", "http://[::1]:8008/x?y=z"),
    ("HTTPS://example.org?a=b#c", "https://example.org/?a=b"),
    ("https://example.org/a/#b", "https://example.org/a/"),
    ("http://My_Server:8008/a", "http://my_server:8008/a"),
  ])
  func oneFormForEachURL(_ text: String, _ expected: String) {
    #expect(WebURL(text)?.rawValue == expected)
  }

  @Test(arguments: [
    "", "example.org", "ftp://example.org", "https://", "https:///a", "https://u:p@example.org",
    "https://u@example.org", "https://example.org/a@b", "https://[_::1]",
    "https://example.org:0", "https://example.org:65536", "https://example.org:", "https://a b",
    "https://[::1",
    "https://bücher.example", "https://example.org/\u{1B}[31m",
    "https://" + String(repeating: "a", count: 2_000),
  ])
  func whatIsNone(_ text: String) { #expect(WebURL(text) == nil) }

  @Test(arguments: [
    ("https://other.example/x", "https://other.example/x"), ("/x?y", "https://a.example/x?y"),
    ("//other.example/x", "https://other.example/x"), ("x", "https://a.example/one/x"),
    ("http://a.example/", "http://a.example/"),
  ])
  func whereARedirectLeads(_ location: String, _ expected: String) {
    #expect(WebURL("https://a.example/one/two?three")?.redirected(to: location)?.rawValue == expected)
  }

  @Test(arguments: ["", "javascript:alert(1)", "ftp://x.example/", "//", "https://u@x.example/"])
  func aRedirectToNowhere(_ location: String) {
    #expect(WebURL("https://a.example/one")?.redirected(to: location) == nil)
  }

  @Test(arguments: [
    ("http://localhost:1", true), ("http://a.localhost", true), ("http://127.9.9.9", true),
    ("http://[::1]", true),
    ("http://127.0.0.1.example.org", false), ("http://localhost.example", false), ("http://10.0.0.1", false),
  ])
  func whatIsOnThisMachine(_ text: String, _ isLoopback: Bool) {
    #expect(WebURL(text)?.isLoopback == isLoopback)
  }

  @Test func aFormIsPercentEncoded() {
    guard let url = WebURL("https://a.example/token") else { return }
    let request = WebRequest(
      .post, url, body: .form([.init("scope", "urn:a:* b"), .init("token", "x&y=z+%")]))
    #expect(request.content?.type == "application/x-www-form-urlencoded")
    #expect(
      request.content.map { String(decoding: $0.bytes, as: UTF8.self) }
        == "scope=urn%3Aa%3A%2A%20b&token=x%26y%3Dz%2B%25")
  }
}
