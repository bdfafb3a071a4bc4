internal import Glibc
internal import NIOSSL
internal import Ports

/// Whose certificates are believed.
enum Trust {
  /// One for all connections, because the system's certificates are many.
  ///
  /// - Parameter authorities: a file in PEM, instead of the system's.
  /// - Returns: what connections are encrypted with.
  /// - Throws: `ExchangeError` where the file cannot be read or holds no certificate.
  static func context(authorities: String?) throws -> NIOSSLContext {
    var configuration = TLSConfiguration.makeClientConfiguration()
    configuration.minimumTLSVersion = .tlsv12
    configuration.applicationProtocols = ["http/1.1"]
    if let authorities {
      guard access(authorities, R_OK) == 0 else {
        let reason = String(cString: strerror(errno))
        throw ExchangeError(.unreachable, "Cannot read the certificates \(authorities): \(reason).")
      }
      guard let certificates = try? NIOSSLCertificate.fromPEMFile(authorities), !certificates.isEmpty else {
        throw ExchangeError(.unreachable, "\(authorities) holds no certificate in PEM.")
      }
      configuration.trustRoots = .certificates(certificates)
    }
    return try NIOSSLContext(configuration: configuration)
  }
}
