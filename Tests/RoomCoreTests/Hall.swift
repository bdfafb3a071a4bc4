import MatrixWire
import Ports
import RoomCore
import TestNames
import Testing

/// One server's rules, and commands in few words.
struct Hall {
  var rules: RoomRules
  var index: MembershipIndex
  var stored = MemoryRooms()
  var now = start
  var effects: [RoomEffect] = []
  private var made = 0

  init(sharing: PresenceSharing = PresenceSharing(), limits: RoomLimits = RoomLimits()) {
    rules = RoomRules(server: here, hasher: QuickHasher(), limits: limits)
    index = MembershipIndex(sharing)
  }

  /// Does a command as a server does, and keeps what happened.
  @discardableResult
  mutating func run(
    _ action: RoomCommand.Action, by sender: UserID, transaction: TransactionKey? = nil
  ) throws -> RoomDecision {
    now = now.later(1)
    let decision = try rules.decide(
      RoomCommand(action, by: sender, transaction: transaction), index, now: now)
    rules.begin(decision)
    for change in decision.changes { stored.apply(change) }
    effects = rules.apply(decision, &index)
    links = decision.changes.compactMap { change in
      if case .event(_, let links) = change { links } else { nil }
    }
    return decision
  }

  /// Begins again with what was stored.
  mutating func restart(limits: RoomLimits = RoomLimits()) {
    rules = RoomRules(server: here, hasher: QuickHasher(), limits: limits, rows: stored.rows)
    index = MembershipIndex(index.sharing, rooms: rules.allRooms)
  }

  /// The code and the message of a command's refusal.
  func refusal(
    of action: RoomCommand.Action, by sender: UserID, _ location: SourceLocation = #_sourceLocation
  ) -> ErrorCode? {
    do {
      _ = try rules.decide(RoomCommand(action, by: sender), index, now: now)
      Issue.record("It is not refused.", sourceLocation: location)
      return nil
    } catch {
      return error.code
    }
  }

  /// A new room of Ann's.
  mutating func room(
    _ preset: RoomCreation.Preset? = nil, by creator: UserID = ann, with others: [UserID] = [],
    _ change: (inout RoomCreation) -> Void = { _ in }
  ) throws -> RoomID {
    made += 1
    var creation = RoomCreation(roomID("room\(made)"), profile: Profile(displayName: "\(creator.localpart)"))
    creation.preset = preset
    change(&creation)
    try run(.create(creation), by: creator)
    for other in others {
      if preset != .publicChat { try run(.invite(creation.room, .init(other)), by: creator) }
      try join(creation.room, other)
    }
    return creation.room
  }

  mutating func join(_ room: RoomID, _ user: UserID) throws {
    let profile = Profile(displayName: "\(user.localpart)")
    try run(.join(.id(room), profile: profile, content: [:]), by: user)
  }

  mutating func leave(_ room: RoomID, _ user: UserID) throws {
    try run(.leave(room, content: [:]), by: user)
  }

  mutating func set(_ type: String, _ content: CanonicalJSON.Object, in room: RoomID, by user: UserID = ann)
    throws
  {
    try run(.setState(room, StateKey(type), content: content, profile: nil), by: user)
  }

  /// What only servers need of the events that the last command added.
  private(set) var links: [EventLinks] = []

  /// An event as it is stored now.
  func event(_ id: EventID) -> PDU? { stored.events([id])[id]?.event }

  /// The events that the last command added.
  var events: [PDU] {
    effects.compactMap { effect in
      if case .event(let event) = effect { event } else { nil }
    }
  }

  func room(_ id: RoomID, _ location: SourceLocation = #_sourceLocation) throws -> Room {
    try #require(rules.room(id), sourceLocation: location)
  }

  func content(_ type: String, _ key: String = "", in room: RoomID) -> String? {
    rules.room(room)?.state(type, key).map { json($0.content) }
  }
}
