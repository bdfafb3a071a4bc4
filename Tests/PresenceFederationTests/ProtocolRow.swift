internal import MatrixWire
internal import PresenceFederation

@testable internal import FederationSimulator

/// A row of the protocol between servers, as something that is seen happening.
enum ProtocolRow: String, CaseIterable, Sendable {
  case invite, accept, deny, drop
  case pushWithPromise = "push with a promise"
  case poll, unpoll, reminder
  case shortWatchdog = "the short watchdog"
  case longWatchdog = "the long watchdog"
  case batching = "batching, the newest wins"
  case epoch = "a new epoch"
  case answerInResponse = "an answer in a response"
}

/// Which rows were seen, from what passes between servers.
struct ProtocolRows {
  private struct State: Hashable {
    let peer: ServerName
    let user: UserID
  }

  private(set) var seen: Set<ProtocolRow> = []
  private var epochs: [ServerName: Int64] = [:]
  private var timer: Happening?
  private var sequences: [State: Int64] = [:]

  mutating func see(_ happening: Happening) {
    switch happening {
    case .timer: timer = happening
    case .sent(let name, let outbound):
      see(outbound, by: name)
      timer = nil
    case .answered(_, _, let answer): if answer.answer != nil { seen.insert(.answerInResponse) }
    case .started, .crashed, .unanswered: break
    }
  }

  private mutating func see(_ outbound: OutboundTransaction, by name: ServerName) {
    guard outbound.attempt == 1 else { return }
    if let epoch = outbound.transaction.order?.epoch {
      if let before = epochs[name], before < epoch { seen.insert(.epoch) }
      epochs[name] = epoch
    }
    for edu in outbound.transaction.edus {
      switch edu {
      case .list(let message):
        if let row = ProtocolRow(rawValue: message.kind.rawValue) { seen.insert(row) }
      case .presence(let presence): see(presence, in: outbound, by: name)
      case .other: break
      }
    }
  }

  private mutating func see(_ presence: PresenceEDU, in outbound: OutboundTransaction, by name: ServerName) {
    if !presence.push.isEmpty, presence.promise != nil { seen.insert(.pushWithPromise) }
    if !presence.poll.isEmpty { seen.insert(.poll) }
    if !presence.unpoll.isEmpty { seen.insert(.unpoll) }
    if presence.role == .reminder {
      seen.insert(.reminder)
      if case .timer(let watchdog, name, outbound.peer) = timer {
        seen.insert(watchdog == .short ? .shortWatchdog : .longWatchdog)
      }
    }
    for push in presence.push {
      let state = State(peer: outbound.peer, user: push.userID)
      if let sequence = push.sequence {
        if outbound.cause == .push, let before = sequences[state], sequence - before > 1 {
          seen.insert(.batching)
        }
        sequences[state] = sequence
      }
    }
  }
}
