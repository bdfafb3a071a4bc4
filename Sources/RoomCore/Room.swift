public import MatrixWire

/// A room: its current state, in memory, and small. What was said in it is in the store.
public struct Room: Hashable, Sendable {
  /// The room version of every room here.
  public static let version = "11"

  public let id: RoomID
  public let creator: UserID
  /// Whether the directory lists it.
  public internal(set) var isListed = false
  /// The last event, which the next one names.
  public internal(set) var lastEvent: EventID
  public internal(set) var depth: Int64
  /// Place of the last event in the stream.
  public internal(set) var position: UInt64

  private var table = OrderedTable<Member, UserID>(by: \.user)
  private var stateTable = OrderedTable<StateEvent, StateKey>(by: \.key)
  public private(set) var joinedCount = 0
  public private(set) var invitedCount = 0
  /// Users who were, are invited or banned, or knocked.
  var otherCount: Int { table.elements.count - joinedCount }

  // What other state says, read once.
  public private(set) var powerLevels: PowerLevels
  public private(set) var joinRule = JoinRule(nil)
  public private(set) var sharing: RoomSharing?
  let isFederated: Bool
  let createEvent: EventID

  /// A room as its first event makes it; nil for any other event.
  init?(_ event: PDU) {
    guard event.type == RoomEventType.create, event.stateKey == "" else { return nil }
    (id, creator, createEvent) = (event.room, event.sender, event.id)
    isFederated = event.fields["m.federate"]?.flag ?? true
    powerLevels = PowerLevels(nil, creator: event.sender)
    (lastEvent, depth, position) = (event.id, event.depth, event.position)
    stateTable[StateKey(event.type)] = StateEvent(event)
  }

  // MARK: What it is

  /// Everybody who is or was something to it, in the order of their IDs.
  public var members: [Member] { table.elements }

  public func member(_ user: UserID) -> Member? { table[user] }

  /// `leave` for those who were never there.
  public func membership(of user: UserID) -> Membership { table[user]?.membership ?? .leave }

  /// All state but the members, in the order of types and keys.
  public var state: [StateEvent] { stateTable.elements }

  public func state(_ type: String, _ key: String = "") -> StateEvent? { stateTable[StateKey(type, key)] }

  /// The ID of a current state event, members included.
  public func stateEventID(_ key: StateKey) -> EventID? {
    key.type == RoomEventType.member
      ? UserID(key.key).flatMap { table[$0]?.event } : stateTable[key]?.id
  }

  // MARK: What happens to it

  /// Takes an event that comes after all others.
  ///
  /// - Parameters:
  ///   - event: the new last event.
  ///   - user: whose membership it is, where the caller has them already: one name is then kept once.
  mutating func append(_ event: PDU, user: UserID? = nil) {
    (lastEvent, depth, position) = (event.id, event.depth, event.position)
    setState(event, user: user)
  }

  /// Takes a state event for the current one.
  mutating func setState(_ event: PDU, user: UserID? = nil) {
    guard let key = event.stateKey else { return }
    if event.type == RoomEventType.member {
      guard let user = user ?? UserID(key), var member = Member(event, user: user) else { return }
      // A new name or picture is no new coming.
      if member.membership == .join, let before = table[user], before.membership == .join {
        member.joinedAt = before.joinedAt
      }
      count(table[user]?.membership, -1)
      count(member.membership, 1)
      table[user] = member
      return
    }
    stateTable[StateKey(event.type, key)] = StateEvent(event)
    guard key.isEmpty else { return }
    switch event.type {
    case RoomEventType.powerLevels: powerLevels = PowerLevels(event.fields, creator: creator)
    case RoomEventType.joinRules: joinRule = JoinRule(event.fields)
    case RoomEventType.presenceSharing: sharing = RoomSharing(event.fields)
    default: break
    }
  }

  /// Takes where a member came in, whose current event says something else since.
  mutating func setJoined(_ user: UserID, at position: UInt64) { table[user]?.joinedAt = position }

  /// Lets a member share the texts of a profile that says the same.
  mutating func share(_ profile: Profile, with user: UserID) { table[user]?.share(profile) }

  /// Takes away the content of an event that was redacted, where it is current state.
  mutating func redact(_ event: PDU) {
    guard let key = event.stateKey, stateEventID(StateKey(event.type, key)) == event.id else { return }
    let isForgotten = UserID(key).flatMap { table[$0]?.isForgotten } ?? false
    setState(event)
    if isForgotten, let user = UserID(key) { forget(user, event.id) }
  }

  /// Takes that a user does not want to see it any more; ignored where their membership changed since.
  mutating func forget(_ user: UserID, _ event: EventID) {
    guard table[user]?.event == event else { return }
    table[user]?.isForgotten = true
  }

  private mutating func count(_ membership: Membership?, _ change: Int) {
    if membership == .join { joinedCount += change }
    if membership == .invite { invitedCount += change }
  }
}
