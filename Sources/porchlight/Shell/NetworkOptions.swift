internal import ArgumentParser
internal import NetworkExchange

/// How a homeserver on the network is reached.
struct NetworkOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Certificates to trust instead of the system's, as PEM. (default: what SSL_CERT_FILE names)",
      valueName: "file"))
  var caFile: String?

  /// Runs `body` with the way to a homeserver, by the proxy that `HTTPS_PROXY` names where it counts.
  ///
  /// - Parameters:
  ///   - url: its base URL.
  ///   - body: what to do with it, and with its address.
  /// - Returns: what `body` returns.
  /// - Throws: `Failure` where a setting cannot be used, and what `body` throws.
  func withExchange<Value: Sendable>(
    to url: String, _ body: (NetworkExchange, ServerAddress) async throws -> Value
  ) async throws -> Value {
    let address = try ServerOptions.address(url)
    let authorities = try authorities()
    let proxy = try setting("HTTPS_PROXY") { () throws(SettingProblem) in
      try ProcessEnvironment().proxyRules.proxy(for: address)
    }
    return try await withNetworkExchange(
      to: address, authorities: authorities, proxy: proxy, time: SystemTimekeeper()
    ) { exchange in
      try await body(exchange, address)
    }
  }

  /// The way to any server, for discovery and authorization servers.
  ///
  /// - Throws: `Failure` where a setting cannot be used.
  func web() throws(Failure) -> NetworkWeb {
    NetworkWeb(
      authorities: try authorities(), proxies: ProcessEnvironment().proxyRules, time: SystemTimekeeper())
  }

  private func authorities() throws(Failure) -> TrustedCertificates? {
    let certificates = try setting("SSL_CERT_FILE") { () throws(SettingProblem) in
      try ProcessEnvironment().certificateFile.map { path throws(SettingProblem) in
        try TrustedCertificates(file: path)
      }
    }
    let authorities = try setting("--ca-file") { () throws(SettingProblem) in
      try caFile.map { path throws(SettingProblem) in try TrustedCertificates(file: path) }
    }
    return authorities ?? certificates
  }

  private func setting<Value>(
    _ name: String, _ read: () throws(SettingProblem) -> Value
  ) throws(Failure) -> Value {
    do throws(SettingProblem) {
      return try read()
    } catch {
      throw Failure("\(name) \(error.message)", status: ExitStatus.usage)
    }
  }
}
