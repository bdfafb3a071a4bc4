import MatrixWire
import Testing

struct PercentEncodingTests {
  static let pairs: [(String, String)] = [
    ("", ""), ("AZaz09-._~", "AZaz09-._~"), ("@bob:porch.example", "%40bob%3Aporch.example"),
    ("/+=#!$@:", "%2F%2B%3D%23%21%24%40%3A"), ("a b%", "a%20b%25"), ("é💡", "%C3%A9%F0%9F%92%A1"),
    ("\0\n", "%00%0A"),
  ]

  @Test(arguments: pairs)
  func everythingButUnreservedIsEncoded(text: String, encoded: String) {
    #expect(PercentEncoding.encode(text) == encoded)
    #expect(PercentEncoding.decode(encoded) == text)
  }

  @Test func bothCasesOfDigitsAreDecoded() {
    #expect(PercentEncoding.decode("%c3%A9") == "é")
  }

  @Test func decodingHappensOnce() {
    #expect(PercentEncoding.decode("%2540") == "%40")
  }

  @Test(arguments: ["%", "%4", "%4G", "%%40", "%C3", "%FF", "%+1"])
  func brokenEscapesAreRefused(text: String) {
    #expect(PercentEncoding.decode(text) == nil)
  }
}
