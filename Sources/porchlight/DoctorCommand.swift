internal import ArgumentParser
internal import MatrixWire
internal import NetworkExchange
internal import Ports
internal import Screen

/// `porchlight doctor`: what whoever runs a server can ask it.
struct DoctorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor", abstract: "Ask a running server how it is.", subcommands: [DoctorPeersCommand.self]
  )
}

/// `porchlight doctor peers`: how a server and the others it knows stand.
struct DoctorPeersCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "peers", abstract: "Show how the server and others watch each other.",
    discussion: """
      For each server: who watches whom, when the short and the long watchdog fire, when it was heard last, its \
      epoch, what waits, failed attempts in a row, and what was sent by cause. Ends with 1 where there is none.
      """)

  @Option(help: ArgumentHelp("The Unix socket the server was started with.", valueName: "path"))
  var unix: String

  @Flag(help: "As a JSON object, spans in milliseconds.")
  var json = false

  func run() async throws {
    let report = try await withNetworkExchange(to: ServerAddress(socket: unix)) { exchange in
      try await Self.ask(exchange)
    }
    if json {
      Output.json(report)
    } else {
      Output.table(report.peers.flatMap(Self.rows))
    }
    if report.peers.isEmpty { throw ExitCode(ExitStatus.failed) }
  }

  private static func ask(_ exchange: NetworkExchange) async throws -> PeerReport {
    do {
      let response = try await exchange.send(ClientAPI.peers())
      if let error = response.error { throw Failure(error.message) }
      return try WireJSON.decode(PeerReport.self, from: response.body)
    } catch let error as ExchangeError {
      throw Failure(error.message)
    } catch let error as MatrixError {
      throw Failure("the server's answer cannot be read: \(error.message)")
    }
  }

  /// One line about the server, one for each person watched.
  private static func rows(_ peer: PeerReport.Peer) -> [[SafeText]] {
    let state =
      peer.isSilent ? "silent" : peer.heardAgo.map { "heard \(age($0)) ago" } ?? "not heard yet"
    let sent = peer.sent.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
    var facts = ["short \(due(peer.shortTimerIn))", "long \(due(peer.longTimerIn))"]
    facts.append("epoch \(peer.epoch.map(String.init) ?? "-")")
    facts.append("waiting \(peer.backlog)")
    if peer.failures > 0 { facts.append("failed \(peer.failures), again in \(due(peer.retryIn))") }
    if !sent.isEmpty { facts.append("sent \(sent)") }
    let head = [peer.name.rawValue, state, facts.joined(separator: "; ")]
    let ours = peer.watchedByUs.sorted { $0.key < $1.key }.map { user, observers in
      let names = observers.map(\.rawValue).joined(separator: ", ")
      return ["", user, observers.isEmpty ? "stands" : "watched by \(names)"]
    }
    let theirs = peer.watchedByThem.map { ["", $0.rawValue, "watched by \(peer.name)"] }
    return ([head] + ours + theirs).map { $0.map { SafeText(untrusted: $0) } }
  }

  private static func age(_ milliseconds: Int) -> String { "\(milliseconds / 1000) s" }

  private static func due(_ milliseconds: Int?) -> String { milliseconds.map { "in \(age($0))" } ?? "off" }
}
