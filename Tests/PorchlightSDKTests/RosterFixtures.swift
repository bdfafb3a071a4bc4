import MatrixWire
import PorchlightSDK
import Ports
import Testing

/// People, answers and a model of a server for tests of the SDK's values.
enum Sample {
  static let me = person("me")
  static let ann = person("ann")
  static let bob = person("bob")

  static func person(_ name: String) -> UserID {
    guard let user = UserID("@\(name):porch.example") else {
      preconditionFailure("'\(name)' is no localpart")
    }
    return user
  }

  static func at(_ seconds: Int) -> Instant { .origin + .seconds(seconds) }

  static func answer(_ events: StreamEvent...) -> SyncAnswer { answer(events) }

  static func answer(_ events: [StreamEvent]) -> SyncAnswer {
    guard let token = SyncToken("s1") else { preconditionFailure("'s1' is a token") }
    return SyncAnswer(nextBatch: token, presence: events)
  }

  static func listed(_ user: UserID, _ state: ListState) -> StreamEvent {
    let own = state == .pending || state == .dropped
    return .list(ListEvent(userID: user, state: state, sender: own ? me : user))
  }

  static func asks(
    _ user: UserID, _ state: InviteState = .pending, of observed: UserID = me, name: String? = nil
  ) -> StreamEvent {
    .invite(
      InviteEvent(observer: user, observed: observed, receivedAt: 17, state: state, displayName: name))
  }

  static func present(_ user: UserID, _ state: PresenceState, _ text: String? = nil) -> StreamEvent {
    .presence(user, PresenceContent(state: state, statusMessage: text))
  }
}

extension Roster {
  /// Takes events as a delta.
  @discardableResult
  mutating func take(_ events: StreamEvent..., at now: Instant = .origin) -> [RosterChange] {
    apply(Sample.answer(events), isComplete: false, at: now)
  }

  /// My roster, fed with events one by one.
  static func mine(_ events: StreamEvent..., at now: Instant = .origin) -> Roster {
    var roster = Roster(userID: Sample.me)
    for event in events { roster.take(event, at: now) }
    return roster
  }
}
