internal import Glibc
internal import HomeserverHTTP
internal import MatrixWire
internal import Synchronization

/// The one line a server prints once it listens everywhere it was told to: its caller reads from there which port the
/// system chose.
final class Announcement: Sendable {
  private let endpoints: Int
  private let name: ServerName
  private let open = Mutex<[HTTPServer.Endpoint]>([])

  init(endpoints: Int, name: ServerName) {
    self.endpoints = endpoints
    self.name = name
  }

  @Sendable func listening(_ endpoint: HTTPServer.Endpoint) {
    let all = open.withLock { open in
      open.append(endpoint)
      return open
    }
    guard all.count == endpoints else { return }
    let places = all.map { endpoint in
      switch endpoint {
      case .unix(let path): path
      case .tcp: "http://\(endpoint)"
      case .tls: "https://\(endpoint)"
      }
    }
    Output.line("Listening on \(places.sorted().reversed().joined(separator: " and ")) for \(name)")
  }
}
