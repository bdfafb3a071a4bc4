internal import Glibc
internal import NIOCore
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
    case let error as PeerFailure: self.init(error.reason(name))
    case let error as IOError: self.init(Self.reason(error, name))
    case let error as NIOSSLError: self.init(Self.reason(error, name))
    case is NIOSSLExtraError: self.init(PeerFailure.wrongName.reason(name))
    case ChannelError.connectTimeout:
      self.init(("\(name) cannot be reached: no answer to the connection.", "no answer to the connection"))
    case is ChannelError: self.init(Self.broken(name))
    default: self.init(("\(name) gave no answer that makes sense.", "no answer that makes sense"))
    }
  }

  private init(_ reason: (message: String, cause: String)) {
    self.init(.unreachable, reason.message, cause: reason.cause)
  }

  private static func broken(_ name: String) -> (String, String) {
    ("The connection to \(name) broke.", "the connection broke")
  }

  /// The library names a reason among words for its own authors, with the places in its sources.
  private static func reason(_ error: NIOSSLError, _ name: String) -> (String, String) {
    guard case .handshakeFailed(let failure) = error else { return broken(name) }
    let words = "\(failure)"
    if words.contains("WRONG_VERSION_NUMBER") || words.contains("HTTP_REQUEST") {
      return ("\(name) does not speak TLS.", "it does not speak TLS")
    }
    if words.contains("CERTIFICATE_VERIFY_FAILED") {
      return ("The certificate of \(name) is not trusted.", "its certificate is not trusted")
    }
    return ("\(name) and this server found no common TLS.", "no TLS in common")
  }

  private static func reason(_ error: IOError, _ name: String) -> (String, String) {
    switch error.errnoCode {
    case ECONNREFUSED: return ("Nothing listens where \(name) should be.", "connection refused")
    case ECONNRESET, EPIPE: return broken(name)
    case ENETUNREACH, EHOSTUNREACH:
      return ("There is no way to \(name): the network is unreachable.", "its network is unreachable")
    case EMFILE, ENFILE:
      return ("Too many files are open to connect to \(name).", "this server has too many files open")
    case ETIMEDOUT:
      return ("\(name) cannot be reached: no answer to the connection.", "no answer to the connection")
    default:
      let words = String(cString: strerror(error.errnoCode))
      return ("\(name) cannot be reached: \(words).", words)
    }
  }
}

extension PeerFailure {
  /// As a sentence, and in a few words without the name.
  fileprivate func reason(_ name: String) -> (String, String) {
    switch self {
    case .closedBeforeAnswer:
      ("\(name) closed the connection without an answer.", "it closed the connection without an answer")
    case .closedInAnswer:
      (
        "\(name) closed the connection in the middle of an answer.",
        "it closed the connection in the middle of an answer"
      )
    case .tooLarge: ("The answer of \(name) is too large.", "its answer is too large")
    case .noHandshake: ("\(name) does not answer the TLS handshake.", "no answer to the TLS handshake")
    case .wrongName: ("The certificate of \(name) is for another name.", "its certificate names another")
    case .tooManyWait: ("Too many requests wait for \(name).", "too many requests wait for it")
    case .tooManyConnections:
      ("There are too many connections to open one to \(name).", "this server has too many connections")
    case .noAddress(let host):
      (
        "There is no host \(host), or its name cannot be looked up now.",
        host == name ? "no such name" : "no such name (\(host))"
      )
    case .notPublic(let host):
      (
        "\(host) is in a private network, where nobody is looked for who is not named by hand.",
        "its address is private"
      )
    }
  }
}
