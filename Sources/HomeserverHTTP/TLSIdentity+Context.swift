internal import Glibc
internal import NIOCore
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
  /// Reads both files anew. Connections made from now on get what they hold; others keep what they have.
  ///
  /// - Throws: `ListenError` where the files will not do; then what was read before stays in use.
  public func reload() throws(ListenError) { try loaded.load(self) }

  /// The same where a file was written or replaced since it was looked at last, whatever came of that.
  ///
  /// - Returns: whether there was something to read.
  /// - Throws: as `reload()`.
  public func reloadIfChanged() throws(ListenError) -> Bool {
    guard loaded.hasChanged(self) else { return false }
    try loaded.load(self)
    return true
  }

  /// Asks for each connection anew what to prove the name with.
  fileprivate func context() throws(ListenError) -> NIOSSLContext {
    try loaded.load(self)
    let (chain, key) = try read()
    var configuration = Self.configuration(chain, key)
    configuration.sslContextCallback = { [loaded] _, promise in promise.succeed(loaded.current) }
    return try context(configuration)
  }

  /// Reads both files. What the library says when it cannot is not for people, so each step has words of its
  /// own.
  func read() throws(ListenError) -> (chain: [NIOSSLCertificate], key: NIOSSLPrivateKey) {
    try Self.expectReadable(certificates, "certificate")
    try Self.expectReadable(privateKey, "private key")
    guard let chain = try? NIOSSLCertificate.fromPEMFile(certificates), !chain.isEmpty else {
      throw ListenError(.refused, "\(certificates) holds no certificate in PEM.")
    }
    guard let key = try? NIOSSLPrivateKey(file: privateKey, format: .pem) else {
      throw ListenError(.refused, "\(privateKey) holds no private key in PEM, or one with a passphrase.")
    }
    // Only together do they tell whether they belong together.
    _ = try context(Self.configuration(chain, key))
    return (chain, key)
  }

  private func context(_ configuration: TLSConfiguration) throws(ListenError) -> NIOSSLContext {
    guard let context = try? NIOSSLContext(configuration: configuration) else {
      throw ListenError(.refused, "The key \(privateKey) does not belong to the certificate \(certificates).")
    }
    return context
  }

  private static func configuration(
    _ chain: [NIOSSLCertificate], _ key: NIOSSLPrivateKey
  ) -> TLSConfiguration {
    var configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
    configuration.minimumTLSVersion = .tlsv12
    configuration.applicationProtocols = ["http/1.1"]
    return configuration
  }

  private static func expectReadable(_ path: String, _ what: String) throws(ListenError) {
    guard access(path, R_OK) != 0 else { return }
    throw ListenError(.refused, "Cannot read the \(what) \(path): \(String(cString: strerror(errno))).")
  }
}
