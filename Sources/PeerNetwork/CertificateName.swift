internal import MatrixWire
internal import NIOSSL

/// Whether a certificate is for a name.
///
/// The library verifies that a trusted authority vouches for it, and lets the address that was connected to count as
/// well as the name. Where a name server chose the address, that proves nothing: the server at that address may well
/// have a certificate for it. So names are checked once more.
enum CertificateName {
  static func isProven(_ name: String, by certificate: NIOSSLCertificate) -> Bool {
    certificate._subjectAlternativeNames().contains { alternative in
      alternative.nameType == .dnsName
        && matches(pattern: String(decoding: alternative.contents, as: UTF8.self), name)
    }
  }

  /// RFC 6125, 6.4: the same name, or `*` for its first label and nothing else.
  static func matches(pattern: String, _ name: String) -> Bool {
    let (pattern, name) = (normal(pattern), normal(name))
    guard !name.isEmpty, pattern.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return false }
    guard pattern.hasPrefix("*.") else { return pattern == name }
    let rest = pattern.dropFirst()
    guard rest.dropFirst().contains("."), !rest.contains("*"), name.hasSuffix(rest) else { return false }
    let label = name.dropLast(rest.count)
    return !label.isEmpty && !label.contains(".")
  }

  private static func normal(_ name: String) -> String {
    (name.hasSuffix(".") ? String(name.dropLast()) : name).asciiLowercased
  }
}
