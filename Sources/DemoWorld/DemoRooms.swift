internal import MatrixWire
internal import Ports
internal import RoomCore

/// The rooms of a world: one that anybody may join, and one for the invited.
struct DemoRooms {
  private let user: UserID
  private let members: [DemoWorld.Member]
  private let now: WallTime
  private var rules: RoomRules
  private var index = MembershipIndex()
  /// What is to be stored of them, in order.
  private(set) var rows: [RoomChange] = []

  /// How many of those on the list are in each room too.
  private static let listed = 3

  init(
    of user: UserID, _ members: [DemoWorld.Member], on server: ServerName, hasher: any ContentHasher,
    at now: WallTime
  ) {
    (self.user, self.members, self.now) = (user, members, now)
    rules = RoomRules(server: server, hasher: hasher)
    let listed = members.filter { $0.persona.acquaintance == .listed }.prefix(Self.listed)
    let others = members.filter { $0.persona.acquaintance == .roomMate }
    make("harbor-square", called: "Harbor square", .publicChat, with: listed + others)
    make("boat-club", called: "Boat club", .privateChat, with: listed.prefix(1) + others.suffix(2))
  }

  /// Makes a room with the user, then others. What the rules refuse is not there.
  private mutating func make(
    _ localpart: String, called name: String, _ preset: RoomCreation.Preset,
    with others: some Sequence<DemoWorld.Member>
  ) {
    guard let room = RoomID("!\(localpart):\(rules.server.rawValue)") else { return }
    var creation = RoomCreation(room)
    creation.preset = preset
    creation.isListed = preset == .publicChat
    creation.name = name
    creation.aliasLocalpart = preset == .publicChat ? localpart : nil
    perform(.create(creation), by: user)
    for member in others {
      let other = member.credentials.userID
      let profile = Profile(displayName: member.persona.displayName)
      if preset != .publicChat { perform(.invite(room, .init(other, profile: profile)), by: user) }
      perform(.join(.id(room), profile: profile, content: [:]), by: other)
    }
  }

  private mutating func perform(_ action: RoomCommand.Action, by sender: UserID) {
    let moment = Moment(instant: .origin, wall: now)
    guard let decision = try? rules.decide(RoomCommand(action, by: sender), index, now: moment) else {
      return
    }
    rules.begin(decision)
    rows += decision.changes
    _ = rules.apply(decision, &index)
  }
}
