internal import Glibc
internal import NIOCore

/// Why a server cannot listen.
public struct ListenError: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Code: Hashable, Sendable {
    /// Another process listens there.
    case inUse
    /// The system does not allow it, or there is no such place.
    case refused
  }

  public var code: Code
  /// For people: what failed, on what.
  public var message: String

  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  public var description: String { message }

  init(_ endpoint: HTTPServer.Endpoint, _ error: any Error) {
    if let error = error as? ListenError {
      self = error
    } else if let error = error as? IOError, error.errnoCode == EADDRINUSE {
      self.init(.inUse, "Something already listens on \(endpoint).")
    } else if let error = error as? IOError {
      self.init(.refused, "Cannot listen on \(endpoint): \(String(cString: strerror(error.errnoCode))).")
    } else if case SocketAddressError.unixDomainSocketPathTooLong = error {
      self.init(.refused, "Cannot listen on \(endpoint): a socket's path has at most 107 bytes.")
    } else if let error = error as? SocketAddressError.UnknownHost {
      self.init(.refused, "Cannot listen on \(endpoint): there is no host \(error.host).")
    } else if error is SocketAddressError {
      self.init(.refused, "Cannot listen on \(endpoint): there is no such address.")
    } else {
      self.init(.refused, "Cannot listen on \(endpoint): \(error)")
    }
  }
}
