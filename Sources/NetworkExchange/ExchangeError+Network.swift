internal import AsyncHTTPClient
internal import Glibc
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL
internal import Ports

extension ExchangeError {
  /// Why there was no answer, in words for people.
  init(_ error: any Error, _ server: ServerAddress) {
    switch error {
    case let error as ExchangeError: self = error
    case let error as HTTPClientError: self.init(error, server)
    case let error as NIOConnectionError: self.init(error, server)
    case let error as IOError: self.init(Self.code(error), Self.reason(error, server))
    case let error as NIOSSLError: self.init(Self.code(error), Self.reason(error, server))
    case let error as HTTPParserError where error == .invalidEOFState:
      self.init(.disconnected, "\(server) closed the connection within its answer.")
    case is HTTPParserError: self.init(.unreachable, "\(server) answers with something that is not HTTP.")
    case is NIOSSLExtraError: self.init(.unreachable, "The certificate of \(server) is for another name.")
    case is NIOTooManyBytesError: self.init(.unreachable, "The answer of \(server) is too large.")
    case let error as ChannelError:
      if case .connectTimeout = error {
        self.init(.unreachable, "\(server) cannot be reached: no answer to the connection.")
      } else {
        self.init(.disconnected, "The connection to \(server) broke: \(error)")
      }
    default: self.init(.unreachable, "No answer from \(server): \(error)")
    }
  }

  private init(_ error: HTTPClientError, _ server: ServerAddress) {
    switch error {
    case .deadlineExceeded, .readTimeout, .writeTimeout:
      self.init(.timedOut, "\(server) did not answer in time.")
    case .connectTimeout, .getConnectionFromPoolTimeout:
      self.init(.unreachable, "\(server) cannot be reached: no answer to the connection.")
    case .tlsHandshakeTimeout: self.init(.unreachable, "\(server) does not answer the TLS handshake.")
    case .remoteConnectionClosed:
      self.init(.disconnected, "\(server) closed the connection without an answer.")
    case .invalidProxyResponse: self.init(.unreachable, "\(server) is not let through by the proxy.")
    case .proxyAuthenticationRequired:
      self.init(.unreachable, "\(server) is behind a proxy that asks for a user name and a password.")
    case .alreadyShutdown, .cancelled: self.init(.unreachable, "The way to \(server) was closed.")
    default: self.init(.unreachable, "No answer from \(server): \(error.shortDescription)")
    }
  }

  private init(_ error: NIOConnectionError, _ server: ServerAddress) {
    let failures = error.connectionErrors.map(\.error)
    if let failure = failures.compactMap({ $0 as? IOError }).first {
      self.init(.unreachable, Self.reason(failure, server))
    } else if failures.isEmpty, error.dnsAError != nil || error.dnsAAAAError != nil {
      self.init(.unreachable, "There is no host \(error.host), or its name cannot be looked up now.")
    } else {
      self.init(.unreachable, "\(server) cannot be reached: no answer to the connection.")
    }
  }

  /// What ends a connection that was there; everything else keeps one from being made.
  private static func code(_ error: IOError) -> Code {
    [ECONNRESET, EPIPE, ETIMEDOUT].contains(error.errnoCode) ? .disconnected : .unreachable
  }

  private static func code(_ error: NIOSSLError) -> Code {
    if case .handshakeFailed = error { .unreachable } else { .disconnected }
  }

  /// The library names a reason among words for its own authors, with the places in its sources.
  private static func reason(_ error: NIOSSLError, _ server: ServerAddress) -> String {
    guard case .handshakeFailed(let failure) = error else { return "The connection to \(server) broke." }
    let words = "\(failure)"
    if words.contains("WRONG_VERSION_NUMBER") || words.contains("HTTP_REQUEST") {
      return "\(server) does not speak TLS."
    }
    if words.contains("CERTIFICATE_VERIFY_FAILED") { return "The certificate of \(server) is not trusted." }
    return "\(server) and this program found no common TLS."
  }

  private static func reason(_ error: IOError, _ server: ServerAddress) -> String {
    switch error.errnoCode {
    case ECONNREFUSED, ENOENT: "Nothing listens on \(server)."
    case ECONNRESET, EPIPE: "The connection to \(server) broke."
    case EACCES, EPERM: "\(server) may not be used by this account."
    case ENETUNREACH, EHOSTUNREACH: "There is no way to \(server): the network is unreachable."
    case EMFILE, ENFILE: "Too many files are open to connect to \(server)."
    default: "\(server) cannot be reached: \(error)"
    }
  }
}
