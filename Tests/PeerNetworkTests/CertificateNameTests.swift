internal import Testing

@testable internal import PeerNetwork

struct CertificateNameTests {
  @Test(arguments: [
    ("a.test", "a.test"), ("A.Test", "a.tEST"), ("a.test", "a.test."), ("*.a.test", "b.a.test"),
  ])
  func thisIsTheSame(_ pattern: String, _ name: String) {
    #expect(CertificateName.matches(pattern: pattern, name))
  }

  @Test(arguments: [
    ("a.test", "b.test"), ("a.test", "a.test.evil"), ("a.test", "xa.test"), ("*.a.test", "a.test"),
    ("*.a.test", "c.b.a.test"), ("*.a.test", ".a.test"), ("*.test", "a.test"), ("*", "test"), ("*.", "test"),
    ("b*.a.test", "bc.a.test"), ("*.*.test", "b.a.test"), ("a.test\u{0}.evil", "a.test"), ("", ""),
    ("", "a.test"),
    ("a.test", ""), ("\u{212A}im.test", "kim.test"), ("kim.test", "\u{212A}im.test"),
  ])
  func thisIsNot(_ pattern: String, _ name: String) {
    #expect(!CertificateName.matches(pattern: pattern, name))
  }
}
