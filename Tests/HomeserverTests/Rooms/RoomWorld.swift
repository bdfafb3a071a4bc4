import MatrixWire
import PorchlightTestSupport
import Ports
import RoomCore
import Testing

@testable import Homeserver

/// A server with users, whose rooms change by commands, and whose streams are read as clients read them.
struct RoomWorld {
  let client: TestClient
  private(set) var tokens: [String: AccessToken] = [:]
  private var made = 0

  init(
    _ simulation: Simulation = Simulation(), store: any ServerStore = MemoryServerStore(), seed: UInt64 = 1,
    users: [String] = ["ann", "bob", "cem"],
    configure: (inout Homeserver.Configuration) -> Void = { _ in }
  ) throws {
    client = try TestClient(simulation, store: store, seed: seed, configure: configure)
    for user in users { tokens[user] = try client.token(user) }
  }

  /// The same server on what it stored, with the sessions it had.
  func restarted(on store: any ServerStore, seed: UInt64) throws -> RoomWorld {
    client.server.stop()
    var again = try RoomWorld(client.simulation, store: store, seed: seed, users: [])
    again.tokens = tokens
    return again
  }

  func user(_ name: String) throws -> UserID { try client.server.user(name) }

  // MARK: What users do

  @discardableResult
  func run(_ action: RoomCommand.Action, by name: String) throws -> RoomDecision {
    let presence = client.server.homeserver.presence
    let user = try user(name)
    return try client.simulation.run { try await presence.perform(RoomCommand(action, by: user)) }
  }

  mutating func room(
    _ preset: RoomCreation.Preset = .publicChat, by creator: String = "ann", with others: [String] = [],
    _ change: (inout RoomCreation) -> Void = { _ in }
  ) throws -> RoomID {
    made += 1
    let id = try #require(RoomID("!room\(made):\(client.server.name)"))
    var creation = RoomCreation(id)
    creation.preset = preset
    change(&creation)
    try run(.create(creation), by: creator)
    for other in others {
      if preset != .publicChat { try run(.invite(id, .init(try user(other))), by: creator) }
      try join(id, other)
    }
    return id
  }

  func join(_ room: RoomID, _ name: String) throws {
    try run(.join(.id(room), profile: Profile(), content: [:]), by: name)
  }

  func leave(_ room: RoomID, _ name: String) throws { try run(.leave(room, content: [:]), by: name) }

  @discardableResult
  func say(_ text: String, in room: RoomID, by name: String) throws -> EventID {
    let content: CanonicalJSON.Object = ["body": .string(text), "msgtype": "m.text"]
    return try #require(run(.send(room, type: "m.room.message", content: content), by: name).event)
  }

  func type(_ span: Duration?, in room: RoomID, by name: String) throws {
    let presence = client.server.homeserver.presence
    let device = Device(user: try user(name), id: try #require(DeviceID("none")))
    try client.simulation.run { try await presence.setTyping(span, in: room, from: device) }
  }

  func read(_ event: EventID, in room: RoomID, by name: String, _ kind: RoomReceipt.Kind = .read) throws {
    let receipt = RoomReceipt(
      user: try user(name), kind: kind, event: event, eventPosition: try stored(event).position,
      timestamp: client.simulation.time.wallTime)
    try run(.setReceipt(room, receipt), by: name)
  }

  /// An event as it is stored.
  func stored(_ event: EventID) throws -> PDU {
    let presence = client.server.homeserver.presence
    return try #require(client.simulation.run { try await presence.history.events([event])[event] }).event
  }

  // MARK: What they are told

  /// A sync that does not wait.
  func sync(
    _ name: String, since: SyncToken? = nil, filter: String? = nil, more: [WireRequest.QueryItem] = []
  ) throws -> SyncAnswer {
    var query = more + [.init("set_presence", "offline")]
    if let since { query.append(.init("since", since.rawValue)) }
    if let filter { query.append(.init("filter", filter)) }
    let answer = try client.send(.get, "v3/sync", as: tokens[name], query: query)
    try #require(answer.status == 200, "\(answer.text)")
    return try answer.decoded()
  }

  /// The same as text, with whatever a client may read otherwise.
  func syncText(_ name: String, since: SyncToken? = nil, filter: String? = nil) throws -> String {
    var query: [WireRequest.QueryItem] = [.init("set_presence", "offline")]
    if let since { query.append(.init("since", since.rawValue)) }
    if let filter { query.append(.init("filter", filter)) }
    return try client.send(.get, "v3/sync", as: tokens[name], query: query).text
  }

  /// What `/events` tells after a position.
  func events(_ name: String, from: SyncToken) throws -> (end: SyncToken, chunk: String) {
    let answer = try client.send(
      .get, "api/v1/events", as: tokens[name],
      query: [.init("from", from.rawValue), .init("timeout", "0"), .init("set_presence", "offline")])
    struct Chunk: Decodable { var end: SyncToken }
    return (try answer.decoded(Chunk.self).end, answer.text)
  }

  /// Whose presence an answer tells.
  func told(_ answer: SyncAnswer) -> [String] {
    answer.presence.compactMap { event in
      if case .presence(let user, _) = event { String(user.localpart) } else { nil }
    }
  }
}

extension RoomUpdate {
  /// The bodies of the messages in the timeline.
  var bodies: [String] {
    timeline.compactMap { event in
      if case .message(let body) = event.content { body } else { nil }
    }
  }
}
