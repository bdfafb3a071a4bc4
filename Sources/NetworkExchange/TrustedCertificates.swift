internal import Glibc
internal import NIOSSL

/// Certificates that vouch for servers, in place of the system's.
public struct TrustedCertificates: Sendable {
  let certificates: [NIOSSLCertificate]

  /// - Parameter path: a file in PEM.
  /// - Throws: `SettingProblem` where it cannot be read or holds no certificate.
  public init(file path: String) throws(SettingProblem) {
    guard access(path, R_OK) == 0 else {
      throw SettingProblem("names \(path), which cannot be read: \(String(cString: strerror(errno)))")
    }
    guard let certificates = try? NIOSSLCertificate.fromPEMFile(path), !certificates.isEmpty else {
      throw SettingProblem("names \(path), which holds no certificate in PEM")
    }
    self.certificates = certificates
  }
}
