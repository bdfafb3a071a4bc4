internal import MatrixWire
internal import Ports
internal import PresenceFederation

/// What passes between servers in a world, for a witness.
enum Happening: Sendable {
  enum Watchdog: Sendable {
    case short
    case long
  }

  case started(ServerName, epoch: Int64)
  case crashed(ServerName)
  /// A watchdog of the first server for the second has come.
  case timer(Watchdog, of: ServerName, for: ServerName)
  case sent(ServerName, OutboundTransaction)
  /// What a server answers to a transaction; it may be lost on the way.
  case answered(ServerName, Transaction, TransactionAnswer)
  /// The sender gives an attempt up, or was refused the connection.
  case unanswered(ServerName, OutboundTransaction)
}

extension World {
  /// Tells which watchdogs are due, before they fire.
  func witnessTimers(of server: Int) {
    let name = servers[server].name
    for status in servers[server].life?.engine.status(now: servers[server].now(at: now)) ?? [] {
      if let short = status.shortTimer, short <= now { witness?(.timer(.short, of: name, for: status.name)) }
      if let long = status.longTimer, long <= now { witness?(.timer(.long, of: name, for: status.name)) }
    }
  }
}
