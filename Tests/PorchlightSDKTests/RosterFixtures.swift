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

/// Rooms and their state.
extension Sample {
  static func room(_ name: String) -> RoomID {
    guard let room = RoomID("!\(name):porch.example") else { preconditionFailure("'\(name)' names no room") }
    return room
  }

  static func member(_ user: UserID, _ membership: Membership = .join, name: String? = nil) -> RoomEvent {
    state("m.room.member", .member(user, MemberContent(membership, displayName: name)), user.rawValue)
  }

  static func named(_ name: String) -> RoomEvent { state("m.room.name", .name(name)) }

  static func aliased(_ alias: RoomAlias?) -> RoomEvent {
    state("m.room.canonical_alias", .canonicalAlias(alias))
  }

  static func joinRule(_ rule: RoomJoinRule?) -> RoomEvent { state("m.room.join_rules", .joinRule(rule)) }

  static func sharing(_ sharing: RoomPresenceSharing?) -> RoomEvent {
    state(RoomPresenceSharing.eventType, .presenceSharing(sharing))
  }

  private static func state(_ type: String, _ content: RoomEvent.Content, _ key: String = "") -> RoomEvent {
    RoomEvent(type: type, sender: me, stateKey: key, content: content)
  }

  /// An answer about one room.
  static func answer(_ room: RoomID, _ state: RoomEvent..., events: [StreamEvent] = []) -> SyncAnswer {
    var answer = answer(events)
    answer.rooms.joined = [room: RoomUpdate(timeline: state)]
    return answer
  }
}
