public import MatrixWire
public import Ports

/// Where the homeserver of a server name is (Client-Server API, "Server discovery"; Protocol 1.6), as a value: it says what
/// to ask next and is told what came.
///
/// Nothing is asked but the host that the name names, those that its redirects lead to, and the homeserver that it
/// names at the end. All of it by `https://`, except for a server name on this machine, and a base URL that the
/// user gave.
public struct ServerDiscovery: Sendable {
  public enum Step: Hashable, Sendable {
    case ask(WebRequest)
    case found(DiscoveredServer)
    case failed(DiscoveryProblem)
  }

  private enum Source: Hashable, Sendable {
    case user
    case wellKnown
    /// The name says nothing, and is tried itself.
    case name
  }

  private enum State: Sendable {
    case wellKnown(WebURL, redirects: Int)
    case versions(WebURL, Source)
    case ended(Step)
  }

  /// How many redirects are followed.
  private static let mostRedirects = 5
  private static let redirects = [301, 302, 303, 307, 308]

  /// For messages.
  private let name: String
  /// Whether what is asked may be on this machine and without encryption.
  private let isLocal: Bool
  private let fallback: WebURL?
  private var state: State

  /// Looks for the homeserver of a server name.
  ///
  /// - Parameter server: the part of a user ID behind the first colon.
  public init(of server: ServerName) {
    name = server.rawValue
    isLocal = WebURL.isLoopback(server.host)
    // The port belongs to the name and not to the host that is asked, except on this machine, where hosts are not to be
    // told apart otherwise.
    let host = server.host.contains(":") ? "[\(server.host)]" : server.host
    fallback = WebURL((isLocal ? "http://" : "https://") + server.rawValue)
    let first = isLocal ? fallback?.origin : "https://" + host
    let url = first.flatMap { WebURL($0 + "/.well-known/matrix/client") }
    state =
      url.map { .wellKnown($0, redirects: 0) }
      ?? .ended(.failed(DiscoveryProblem(.prompt, "\(server) names no host that can be asked.")))
  }

  /// Looks whether a homeserver is where the user says.
  ///
  /// - Parameter baseURL: what the paths of the Client-Server API are appended to.
  public init(at baseURL: WebURL) {
    name = baseURL.text
    isLocal = baseURL.isLoopback
    fallback = nil
    state = .versions(baseURL, .user)
  }

  /// What to do now.
  public var next: Step {
    switch state {
    case .wellKnown(let url, _): .ask(WebRequest(.get, url, timeout: .seconds(10)))
    case .versions(let base, let source):
      base.appending("/_matrix/client/versions").map { .ask(WebRequest(.get, $0, timeout: .seconds(10))) }
        ?? failure(source == .name ? .prompt : .error, "\(base.text) is no base URL of a homeserver.")
    case .ended(let step): step
    }
  }

  /// Goes on with what came of the request in `next`.
  public mutating func take(_ answer: WebAnswer) {
    switch state {
    case .wellKnown(let url, let redirects): state = wellKnown(answer, of: url, after: redirects)
    case .versions(let base, let source): state = .ended(versions(answer, of: base, source))
    case .ended: break
    }
  }

  /// Asks until it is known.
  ///
  /// - Parameter web: the way to any host.
  /// - Returns: the homeserver.
  /// - Throws: `DiscoveryProblem`.
  public func run(over web: any WebExchange) async throws(DiscoveryProblem) -> DiscoveredServer {
    var discovery = self
    while true {
      switch discovery.next {
      case .found(let server): return server
      case .failed(let problem): throw problem
      case .ask(let request):
        do throws(CancellationError) {
          discovery.take(try await web.answer(to: request))
        } catch {
          throw DiscoveryProblem(.error, "The search for the homeserver of \(name) was cancelled.")
        }
      }
    }
  }

  private func wellKnown(_ answer: WebAnswer, of url: WebURL, after redirects: Int) -> State {
    let response: WireResponse
    switch answer {
    case .success(let answer): response = answer
    case .failure(let error): return .ended(silence(error.message))
    }
    if Self.redirects.contains(response.status) {
      return redirect(response.header("Location"), from: url, after: redirects)
    }
    if response.status == 404, let fallback { return .versions(fallback, .name) }
    guard response.status == 200 else {
      return .ended(silence("\(url) answers with status \(response.status)."))
    }
    guard let found = try? WireJSON.decode(ClientDiscovery.self, fromAnswer: response.body) else {
      return .ended(silence("\(url) names none."))
    }
    guard let base = WebURL(found.homeserver.baseURL), !base.target.contains("?") else {
      return .ended(
        failure(
          .error,
          "\(url) names the homeserver by '\(found.homeserver.baseURL.prefix(200))', which is no URL that can be asked."
        ))
    }
    guard isAllowed(base) else {
      return .ended(failure(.error, "\(url) names \(base.text), which is not encrypted and is not asked."))
    }
    return .versions(base, .wellKnown)
  }

  private func redirect(_ location: String?, from url: WebURL, after redirects: Int) -> State {
    guard let next = location.flatMap(url.redirected(to:)) else {
      return .ended(silence("\(url) redirects to nowhere."))
    }
    guard redirects < Self.mostRedirects else {
      return .ended(silence("\(url) is the end of \(redirects) redirects, and redirects on."))
    }
    guard isAllowed(next) else {
      return .ended(silence("\(url) redirects to \(next.origin), which is not encrypted and is not asked."))
    }
    return .wellKnown(next, redirects: redirects + 1)
  }

  private func isAllowed(_ url: WebURL) -> Bool { url.isEncrypted || isLocal && url.isLoopback }

  private func versions(_ answer: WebAnswer, of base: WebURL, _ source: Source) -> Step {
    let kind: DiscoveryProblem.Kind = source == .name ? .prompt : .error
    switch answer {
    case .failure(let error): return failure(kind, error.message)
    case .success(let response):
      guard response.status == 200, MatrixAnswer(response) == .success,
        let versions = try? WireJSON.decode(VersionsAnswer.self, fromAnswer: response.body)
      else { return failure(kind, SDKError(foreign: response, insteadOf: base.text).message) }
      guard versions.versions.contains(where: { $0.hasPrefix("v1.") || $0.hasPrefix("r0.") }) else {
        return failure(kind, "\(base.text) speaks no version of Matrix that is known here.")
      }
      return .found(DiscoveredServer(baseURL: base, versions: versions))
    }
  }

  private func silence(_ reason: String) -> Step {
    failure(.prompt, reason)
  }

  private func failure(_ kind: DiscoveryProblem.Kind, _ reason: String) -> Step {
    .failed(DiscoveryProblem(kind, "The homeserver of \(name) is not found: \(reason)"))
  }
}
