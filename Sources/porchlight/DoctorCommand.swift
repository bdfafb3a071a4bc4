internal import ArgumentParser
internal import MatrixWire
internal import NetworkExchange
internal import Ports
internal import Screen

/// `porchlight doctor`: what a server is like, for its users and for its operator.
struct DoctorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor", abstract: "Ask a running server how it is.",
    subcommands: [DoctorServerCommand.self, DoctorPeersCommand.self])
}

/// `porchlight doctor peers`: the relations of a server with its peers.
struct DoctorPeersCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "peers", abstract: "Show how the server and others watch each other.",
    discussion: """
      For each server that is watched, watches, or is owed something:
        we watch    people there, and for whom here
        they watch  people here whom users there watch
        next word   when we ask whether it is there, if nothing is heard before,
                    and when all that holds is said again in any case
        waiting     states and messages not sent yet
        failed      attempts in a row without an answer, and when the next is made
        sent        messages since one of both began to watch, by cause:
                    changes (a user's state changed), subscriptions (watching began
                    or ended), answers, reminders (the watchdogs), retries, standing
                    (for invisible people), list messages (invites and their answers)
      A server that nobody watches any more is forgotten, and its counts with it. Ends with 0, also where there is \
      none, and with 4 where the server does not answer.
      """)

  @Option(help: ArgumentHelp("The Unix socket the server was started with.", valueName: "path"))
  var unix: String

  @Flag(help: "As a JSON object, spans in milliseconds.")
  var json = false

  func run() async throws {
    let address = try SocketPath.address(unix)
    let report = try await withNetworkExchange(to: address, time: SystemTimekeeper()) {
      try await Self.ask($0, at: address)
    }
    guard let report else {
      if json { Output.json(PeerReport(peers: [])) }
      return
    }
    if json {
      Output.json(report)
    } else {
      for line in report.peers.flatMap({ PeerLines($0).lines }) { Output.text(line) }
    }
    if report.peers.isEmpty {
      Output.complain(
        "this server watches no other and none watches it; they meet when a user invites one of another server"
      )
    }
  }

  private static func ask(_ exchange: NetworkExchange, at address: ServerAddress) async throws -> PeerReport?
  {
    do {
      let response = try await exchange.send(ClientAPI.peers())
      guard let error = response.error else {
        return try WireJSON.decode(PeerReport.self, from: response.body)
      }
      // So the server was started, with --no-federation.
      if error.code == .notFound {
        Output.complain("this server meets no others (--no-federation)")
        return nil
      }
      throw Failure(error.message)
    } catch let error as ExchangeError {
      throw Failure(error.message, status: ExitStatus.network)
    } catch let error as MatrixError {
      throw Failure("the answer of \(address) cannot be read: \(error.message)", status: ExitStatus.network)
    }
  }
}
