internal import Glibc
internal import NIOCore
internal import NIOPosix
internal import NIOSSL
internal import Ports

/// No connection came to be: another target may do.
struct ConnectError: Error {
  var cause: any Error
}

extension ExchangeError {
  /// Why there was no answer, in words for people.
  init(_ error: any Error, _ name: String) {
    switch error {
    case let error as ExchangeError: self = error
    case let error as ConnectError: self.init(error.cause, name)
    case let error as PeerFailure: self.init(.unreachable, error.reason(name))
    case let error as NIOConnectionError: self.init(.unreachable, Self.reason(error, name))
    case let error as IOError: self.init(.unreachable, Self.reason(error, name))
    case let error as NIOSSLError: self.init(.unreachable, Self.reason(error, name))
    case is NIOSSLExtraError: self.init(.unreachable, "The certificate of \(name) is for another name.")
    case ChannelError.connectTimeout:
      self.init(.unreachable, "\(name) cannot be reached: no answer to the connection.")
    case is ChannelError: self.init(.unreachable, "The connection to \(name) broke.")
    default: self.init(.unreachable, "\(name) gave no answer that makes sense.")
    }
  }

  private static func reason(_ error: NIOConnectionError, _ name: String) -> String {
    let failures = error.connectionErrors.map(\.error)
    if let failure = failures.compactMap({ $0 as? IOError }).first { return reason(failure, name) }
    if failures.isEmpty, error.dnsAError != nil || error.dnsAAAAError != nil {
      return "There is no host \(error.host), or its name cannot be looked up now."
    }
    return "\(name) cannot be reached: no answer to the connection."
  }

  /// The library names a reason among words for its own authors, with the places in its sources.
  private static func reason(_ error: NIOSSLError, _ name: String) -> String {
    guard case .handshakeFailed(let failure) = error else { return "The connection to \(name) broke." }
    let words = "\(failure)"
    if words.contains("WRONG_VERSION_NUMBER") || words.contains("HTTP_REQUEST") {
      return "\(name) does not speak TLS."
    }
    if words.contains("CERTIFICATE_VERIFY_FAILED") { return "The certificate of \(name) is not trusted." }
    return "\(name) and this server found no common TLS."
  }

  private static func reason(_ error: IOError, _ name: String) -> String {
    switch error.errnoCode {
    case ECONNREFUSED: "Nothing listens where \(name) should be."
    case ECONNRESET, EPIPE: "The connection to \(name) broke."
    case ENETUNREACH, EHOSTUNREACH: "There is no way to \(name): the network is unreachable."
    case EMFILE, ENFILE: "Too many files are open to connect to \(name)."
    default: "\(name) cannot be reached: \(String(cString: strerror(error.errnoCode)))."
    }
  }
}

extension PeerFailure {
  fileprivate func reason(_ name: String) -> String {
    switch self {
    case .closedBeforeAnswer: "\(name) closed the connection without an answer."
    case .closedInAnswer: "\(name) closed the connection in the middle of an answer."
    case .tooLarge: "The answer of \(name) is too large."
    case .noHandshake: "\(name) does not answer the TLS handshake."
    case .wrongName: "The certificate of \(name) is for another name."
    case .tooManyWait: "Too many requests wait for \(name)."
    case .tooManyConnections: "There are too many connections to open one to \(name)."
    case .noAddress(let host): "There is no host \(host), or its name cannot be looked up now."
    }
  }
}
