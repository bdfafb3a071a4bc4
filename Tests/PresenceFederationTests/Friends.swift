internal import MatrixWire
internal import PorchlightTestSupport
internal import Ports
internal import PresenceCore
internal import PresenceFederation

/// Ann on one server, Bob on another, and what they do.
struct Friends {
  var servers: Servers
  let ann: UserID
  let bob: UserID
  private var streams: [UserID: StreamID] = [:]

  init(policy: PresencePolicy = .tight) throws {
    servers = try Servers("red", "blue", policy: policy)
    ann = try UserID("@ann:red").orThrow("a name")
    bob = try UserID("@bob:blue").orThrow("a name")
    servers.register(ann)
    servers.register(bob)
  }

  /// Ann sees Bob, with his consent.
  static func annSeesBob(policy: PresencePolicy = .tight) throws -> Friends {
    var friends = try Friends(policy: policy)
    try friends.befriend()
    return friends
  }

  mutating func befriend() throws {
    let (ann, bob) = (ann, bob)
    try servers.on(ann.server) { try $0.invite(bob, by: ann, now: $1) }
    try servers.on(bob.server) { try $0.accept(ann, by: bob, now: $1) }
  }

  /// Opens a stream that looks and counts.
  mutating func connect(_ user: UserID) throws {
    var stream: StreamID?
    let device = try DeviceID("d").orThrow("a name")
    try servers.on(user.server) { rules, now in
      let (id, effects) = try rules.streamOpened(
        of: user, on: device, PollIntent(setPresence: .online, looks: true), now: now)
      stream = id
      return effects
    }
    streams[user] = stream
  }

  mutating func disconnect(_ user: UserID) throws {
    let device = try DeviceID("d").orThrow("a name")
    guard let stream = streams.removeValue(forKey: user) else { return }
    servers.on(user.server) { $0.streamEnded(stream, of: user, on: device, now: $1) }
  }

  mutating func set(_ state: PresenceState, _ text: String? = nil, of user: UserID) throws {
    try servers.on(user.server) { rules, now in
      try rules.setStatus(
        of: user, to: StatusUpdate(presence: state, statusMessage: text), on: DeviceID("d"), now: now)
    }
  }

  /// What Ann's server shows her of Bob.
  var bobSeenByAnn: PresenceContent? {
    servers.servers[ann.server]?.rules.listedPresence(of: bob, for: ann, now: servers.now)
  }
}
