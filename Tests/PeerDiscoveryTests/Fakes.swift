internal import MatrixWire
internal import PeerDiscovery
internal import PorchlightTestSupport
internal import Ports
internal import Synchronization

/// The web and the name servers of a test, and what they were asked.
final class World: WebGetter, ServiceLookup {
  typealias Page = @Sendable () async throws -> WireResponse

  private struct State {
    var pages: [String: Page] = [:]
    var services: [String: ServiceAnswer] = [:]
    var asked: [String] = []
  }

  private let state = Mutex(State())

  /// What was asked since it was read last.
  func takeAsked() -> [String] {
    state.withLock { state in
      defer { state.asked = [] }
      return state.asked
    }
  }

  func serve(_ url: String, _ page: @escaping Page) { state.withLock { $0.pages[url] = page } }

  func delegate(_ host: String, to server: String, headers: [WireResponse.Header] = []) {
    serve("https://\(host)/.well-known/matrix/server") {
      WireResponse(status: 200, headers: headers, body: Array("{\"m.server\":\"\(server)\"}".utf8))
    }
  }

  func answer(_ name: String, _ answer: ServiceAnswer?) { state.withLock { $0.services[name] = answer } }

  func get(_ address: WebAddress, largestBody: Int, timeout: Duration) async throws -> WireResponse {
    let page = state.withLock { state in
      state.asked.append(address.description)
      return state.pages[address.description]
    }
    guard let page else { throw ExchangeError(.unreachable, "Nothing listens on \(address).") }
    return try await page()
  }

  func services(of name: String) async throws -> ServiceAnswer {
    state.withLock { state in
      state.asked.append(name)
      return state.services[name] ?? .none
    }
  }
}

/// A route as a test writes it down.
struct Plain: Hashable, CustomStringConvertible {
  var targets: [String]
  var host: String
  var certificate: String
  var isEncrypted = true

  init(_ targets: [String], host: String, certificate: String, isEncrypted: Bool = true) {
    self.targets = targets
    self.host = host
    self.certificate = certificate
    self.isEncrypted = isEncrypted
  }

  init(_ route: PeerRoute) {
    var random = SeededGenerator(seed: 1)
    self.init(
      route.targets(using: &random).map(\.description), host: route.hostHeader,
      certificate: route.certificateName, isEncrypted: route.isEncrypted)
  }

  var description: String { "\(targets) as \(host), proven as \(certificate), TLS \(isEncrypted)" }
}

func name(_ text: String) throws -> ServerName { try ServerName(text).orThrow("a server name in \(text)") }

func record(_ target: String, _ port: UInt16, priority: UInt16 = 0, weight: UInt16 = 0) -> ServiceRecord {
  ServiceRecord(priority: priority, weight: weight, target: target, port: port)
}
