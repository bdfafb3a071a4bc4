internal import MatrixWire
internal import PresenceFederation

/// What a server does that means no good. Its signatures are right; what it says is not.
enum HostileAct: CaseIterable, Sendable {
  /// States of people of other servers.
  case forgedStates
  /// Accepts, denials, invites and drops in the name of others.
  case forgedLists
  /// More states, or messages, than a transaction may hold.
  case oversize
  /// Polls for a user who exists and for one who does not: both must be answered alike.
  case prober
  /// Many unknown servers: they ask for a user, want the answer as a message, speak of their own users, or ask for more
  /// users than there can be.
  case crowd
  /// Messages of unknown types, refusals of what was never asked.
  case nonsense

  /// The text that only forgeries carry.
  static let forgery = "forged"
  static let crowdSize = 300
  /// What may be kept of each of them.
  static let mostBytes = 20_000
}

/// Transactions of servers outside of the world.
struct HostilePeer {
  let name: ServerName
  private var sent: Int64 = 0

  init(name: ServerName) { self.name = name }

  mutating func transaction(_ edus: [EDU], at milliseconds: Int64) -> Transaction {
    sent += 1
    return Transaction(
      id: "hostile_\(milliseconds)_\(sent)", origin: name, sentAt: milliseconds, edus: edus,
      order: .init(epoch: milliseconds, number: sent))
  }

  static func poll(_ users: [UserID], epoch: Int64, isInline: Bool = true) -> EDU {
    var edu = PresenceEDU()
    edu.poll = users
    edu.epoch = epoch
    edu.wantsInlineAnswer = isInline
    return .presence(edu)
  }

  static func push(_ users: [UserID], epoch: Int64) -> EDU {
    var edu = PresenceEDU()
    edu.epoch = epoch
    edu.push = users.map { user in
      PresenceEDU.Push(
        userID: user,
        content: PresenceContent(state: .online, lastActiveAgo: 0, statusMessage: HostileAct.forgery),
        sequence: Int64.max / 2)
    }
    return .presence(edu)
  }
}
