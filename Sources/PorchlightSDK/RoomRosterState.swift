internal import MatrixWire
internal import Ports

/// What a `RoomRosterSource` knows: a value that turns answers to `/sync` into what a roster is told.
struct RoomRosterState: Sendable {
  var own: StandardPresence
  var chats: DirectChats
  private(set) var verdict: PresenceVerdict
  /// Whether an answer has come.
  private(set) var isLoaded = false
  /// Where steps go while the source runs.
  var sink: AsyncStream<RosterStep>.Continuation?

  private let owner: UserID
  /// Whose presence was told, or why it was not.
  private var told: Set<UserID> = []
  /// Of whom it was said why nothing is known of them, or that they are offline because nothing was told.
  private var explained: Set<UserID> = []
  /// Contacts to be asked for.
  private var questions: [UserID] = []
  private var proofs = 0
  /// The own presence as it was told last.
  private var echo: PresenceContent?

  /// How many contacts are asked for one by one.
  private static let mostQuestions = 50
  /// How often it is tried to find out whether the server has presence.
  private static let mostProofs = 3
  /// The largest room in which users are looked for, in members.
  private static let mostTraced = 50

  init(of owner: UserID, _ traits: RosterTraits) {
    self.owner = owner
    own = StandardPresence(traits)
    chats = DirectChats(of: owner)
    verdict = PresenceVerdict(of: owner)
  }

  /// Takes an answer.
  ///
  /// - Parameters:
  ///   - answer: what it says.
  ///   - isComplete: whether that replaces all that was known.
  ///   - isOnline: whether it was asked for as a user who is online.
  ///   - now: when it came.
  /// - Returns: what a roster is to be told.
  mutating func take(
    _ answer: SyncAnswer, isComplete: Bool, isOnline: Bool, at now: WallTime
  ) -> [StreamEvent] {
    isLoaded = true
    if isComplete { (told, explained) = ([], []) }
    let news = chats.apply(answer, isComplete: isComplete, at: now)
    let states = answer.states
    let before = verdict
    verdict.take(.answer(states, isOnline: isOnline))
    told.formUnion(states.keys)
    explained.subtract(states.keys)
    let isRenamed = rename(answer.rooms)
    var presence = answer.presence.compactMap { told(by: $0) }
    if isRenamed, let echo, states[owner] == nil { presence.append(.presence(owner, own.heard(echo))) }
    // Whom nobody mentions is looked for only where that may have changed.
    let isNews = isComplete || !news.isEmpty || !answer.rooms.isEmpty || before.presence != verdict.presence
    return news + presence + (isNews ? explanations(since: before) : [])
  }

  /// Lists are this server's own way, and it has none: what claims to be one is not passed on.
  private mutating func told(by event: StreamEvent) -> StreamEvent? {
    guard case .presence(let user, let content) = event else { return nil }
    guard user == owner else { return event }
    echo = content
    return .presence(user, own.heard(content))
  }

  /// Takes note of what the user is called in rooms.
  ///
  /// - Returns: whether that is another name.
  private mutating func rename(_ rooms: RoomsUpdate) -> Bool {
    let before = own.name
    for event in rooms.joined.values.flatMap(\.stateChanges) {
      guard case .member(owner, let content) = event.content, content.membership == .join else { continue }
      own.name = content.displayName ?? ""
    }
    return own.name != before
  }

  /// Takes what shows whether the server has presence.
  ///
  /// - Returns: what a roster is to be told.
  mutating func take(_ evidence: [PresenceVerdict.Evidence]) -> [StreamEvent] {
    let before = verdict
    var seen: PresenceContent?
    for piece in evidence {
      verdict.take(piece)
      if case .statusSet(_, let content) = piece { seen = content }
    }
    guard before.presence != verdict.presence else { return [] }
    let isKnown = verdict.presence == .works
    let echo = isKnown ? seen.map { StreamEvent.presence(owner, own.heard($0)) } : nil
    return (echo.map { [$0] } ?? []) + explanations(since: before)
  }

  /// Takes the presence of a contact who was asked for. Of a user on another server the answer is that they are offline also
  /// where nothing was ever heard of them.
  mutating func take(_ content: PresenceContent, of user: UserID) -> [StreamEvent] {
    let isBare = content.lastActiveAgo == nil && (content.statusMessage ?? "").isEmpty
    guard !told.contains(user), !(content.state == .offline && isBare) else { return [] }
    explained.remove(user)
    told.insert(user)
    return [.presence(user, content)]
  }

  /// Direct rooms, and others with few members: what somebody does there is taken for a sign of them.
  var smallRooms: Set<RoomID> { chats.rooms(most: Self.mostTraced) }

  /// The rooms in which users are looked for, which is done only where presence is off.
  var tracedRooms: Set<RoomID> { verdict.isOff ? smallRooms : [] }

  /// Whether it is to be found out now whether the server has presence.
  mutating func beginProof() -> Bool {
    guard verdict.needsProof, proofs < Self.mostProofs else { return false }
    proofs += 1
    return true
  }

  /// Contacts to ask for, each once.
  mutating func takeQuestions() -> [UserID] {
    guard verdict.presence == .works else { return [] }
    defer { questions = [] }
    return questions
  }

  /// What silence about people means: they are offline, or why nothing is known of them.
  private mutating func explanations(since before: PresenceVerdict) -> [StreamEvent] {
    if before.presence != verdict.presence {
      explained = []
      // What was told before by a server that turns out to tell nothing is not so any more.
      if verdict.isOff { told = [] }
    }
    let contacts = chats.contacts.filter { chats.relation(to: $0) == .accepted }
    let silent = chats.roomMates.union(contacts).subtracting(told).subtracting(explained).sorted()
    explained.formUnion(silent)
    if verdict.presence == .works {
      questions = Array(silent.filter { chats.relation(to: $0) == .accepted }.prefix(Self.mostQuestions))
    }
    return silent.map { user in
      let reason = verdict.reason(for: user)
      let state: PresenceState = reason == nil ? .offline : .unknown
      return .presence(user, PresenceContent(state: state, unknownReason: reason))
    }
  }
}
