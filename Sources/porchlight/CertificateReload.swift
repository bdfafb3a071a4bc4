internal import HomeserverHTTP
internal import Logging
internal import Ports
internal import UnixSignals

/// Has a server read its certificate anew, at SIGHUP and where the files have changed. A signal that ends other
/// programs never ends this one.
struct CertificateReload {
  /// What to read; nil for a server without TLS.
  let identity: HTTPServer.TLSIdentity?
  let time: SystemTimekeeper
  let logger: Logger

  /// How often the files are looked at: a renewed one is noticed within a minute.
  private static let interval = Duration.seconds(30)

  /// Goes on until the task is cancelled.
  func run() async {
    await withDiscardingTaskGroup { group in
      group.addTask {
        for await _ in await UnixSignalsSequence(trapping: .sighup) {
          guard let identity else {
            logger.notice("SIGHUP: there is no certificate to read anew")
            continue
          }
          report(identity) { () throws(ListenError) in
            try identity.reload()
            return true
          }
        }
      }
      guard let identity else { return }
      group.addTask {
        while (try? await time.sleep(until: time.instant + Self.interval)) != nil {
          report(identity) { () throws(ListenError) in try identity.reloadIfChanged() }
        }
      }
    }
  }

  private func report(_ identity: HTTPServer.TLSIdentity, _ reload: () throws(ListenError) -> Bool) {
    do throws(ListenError) {
      if try reload() { logger.notice("The certificate \(identity.certificates) was read anew.") }
    } catch {
      logger.error("\(error.message) New connections get the certificate from before.")
    }
  }
}
