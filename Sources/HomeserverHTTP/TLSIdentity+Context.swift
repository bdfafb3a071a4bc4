internal import Glibc
internal import NIOSSL

extension HTTPServer.Endpoint {
  /// What connections here are encrypted with; nil where they are not.
  ///
  /// - Throws: `ListenError` where the certificate or its key will not do.
  func encryption() throws(ListenError) -> NIOSSLContext? {
    guard case .tls(_, _, let identity) = self else { return nil }
    return try identity.context()
  }
}

extension HTTPServer.TLSIdentity {
  /// Reads both files. What the library says when it cannot is not for people, so each step has words of its
  /// own.
  fileprivate func context() throws(ListenError) -> NIOSSLContext {
    try Self.expectReadable(certificates, "certificate")
    try Self.expectReadable(privateKey, "private key")
    guard let chain = try? NIOSSLCertificate.fromPEMFile(certificates), !chain.isEmpty else {
      throw ListenError(.refused, "\(certificates) holds no certificate in PEM.")
    }
    guard let key = try? NIOSSLPrivateKey(file: privateKey, format: .pem) else {
      throw ListenError(.refused, "\(privateKey) holds no private key in PEM, or one with a passphrase.")
    }
    var configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
    configuration.minimumTLSVersion = .tlsv12
    configuration.applicationProtocols = ["http/1.1"]
    guard let context = try? NIOSSLContext(configuration: configuration) else {
      throw ListenError(.refused, "The key \(privateKey) does not belong to the certificate \(certificates).")
    }
    return context
  }

  private static func expectReadable(_ path: String, _ what: String) throws(ListenError) {
    guard access(path, R_OK) != 0 else { return }
    throw ListenError(.refused, "Cannot read the \(what) \(path): \(String(cString: strerror(errno))).")
  }
}
