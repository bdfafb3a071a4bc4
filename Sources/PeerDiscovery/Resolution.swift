public import MatrixWire

/// From a server's name to the way there, step by step (Matrix server-server API, "Resolving server names").
///
/// Decides and asks nothing: its caller looks up what `step` names and tells the answer.
public struct Resolution: Hashable, Sendable {
  public enum Step: Hashable, Sendable {
    /// Ask this host to whom it delegates, over HTTPS.
    case askWellKnown(host: String)
    /// Ask name servers for this service.
    case askServices(name: String)
    case found(PeerRoute)
    /// There is no way; the reason is for people.
    case nowhere(String)
  }

  /// Which service is being asked for, by its age.
  private enum Service: String, Hashable {
    case current = "_matrix-fed._tcp."
    case deprecated = "_matrix._tcp."
  }

  /// Where servers listen when nothing says otherwise.
  public static let usualPort = 8448

  public private(set) var step: Step
  /// Whose services are asked for: the server itself, or whom it delegates to.
  private var host: String
  private var service = Service.current

  public init(_ server: ServerName) {
    host = ""
    step = .nowhere("\(server.rawValue) has a port that no server can listen on.")
    guard let parts = ServerNameParts(server) else { return }
    host = parts.host
    step = Self.direct(parts, header: server.rawValue) ?? .askWellKnown(host: parts.host)
  }

  /// Tells to whom the host delegates; nil where it does not, or where that is unknown.
  public mutating func handle(wellKnown delegate: ServerName?) {
    guard case .askWellKnown = step else { return }
    if let delegate, let parts = ServerNameParts(delegate) {
      host = parts.host
      step = Self.direct(parts, header: delegate.rawValue) ?? Self.ask(.current, host)
    } else {
      step = Self.ask(.current, host)
    }
  }

  /// Tells what name servers say of the service.
  public mutating func handle(services answer: ServiceAnswer) {
    guard case .askServices = step else { return }
    if case .records(let records, _) = answer {
      let usable = records.filter { $0.target != "." && $0.port > 0 }
      step =
        usable.isEmpty
        ? .nowhere("\(host) says that it has no such service.")
        : .found(PeerRoute(.services(usable), hostHeader: host, certificateName: host))
    } else if service == .current {
      service = .deprecated
      step = Self.ask(.deprecated, host)
    } else {
      let target = PeerRoute.Target(host: host, port: Self.usualPort)
      step = .found(PeerRoute(.target(target), hostHeader: host, certificateName: host))
    }
  }

  private static func ask(_ service: Service, _ host: String) -> Step {
    .askServices(name: service.rawValue + host.asciiLowercased)
  }

  /// An address or an explicit port: nothing to ask.
  private static func direct(_ parts: ServerNameParts, header: String) -> Step? {
    guard parts.isLiteral || parts.port != nil else { return nil }
    let target = PeerRoute.Target(host: parts.bare, port: parts.port ?? usualPort)
    return .found(PeerRoute(.target(target), hostHeader: header, certificateName: parts.bare))
  }
}
