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
  var outlet: RosterOutlet?
  /// Rooms that were made for a chat with a user and are not noted as direct ones yet.
  var made: [UserID: RoomID] = [:]
  /// How often a status was set, or it was tried.
  var publications = 0

  private let owner: UserID
  /// Whose presence was told, or why it was not.
  private var told: Set<UserID> = []
  /// Of whom it was said why nothing is known of them, or that they are offline because nothing was told.
  private var explained: Set<UserID> = []
  /// Contacts to be asked for.
  private var questions: [UserID] = []
  private var proofs = 0
  /// The verdict that users were told by.
  private var toldBy = PresenceVerdict.Presence.unknown
  /// What the user is called in each room, and by their profile.
  private var names: [RoomID: String] = [:]
  private var profileName: String?
  private var needsProfile = false
  /// The own presence as it was told last.
  private var echo: PresenceContent?

  /// How many contacts are asked for one by one.
  private static let mostQuestions = 50
  /// How often it is tried to find out whether the server has presence.
  private static let mostProofs = 3
  /// The largest room in which users are looked for, in members; how many rooms; and how long their IDs may be together in
  /// a URL, of which some proxies take 8 KB.
  private static let largestTraced = 50
  private static let mostTraced = 80
  private static let longestTraced = 6000

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
    if isComplete {
      (told, explained) = ([], [])
      verdict.interrupt()
    }
    // A server may have lost count of presence alone.
    let hasAllRooms = isComplete && !answer.isComplete
    let news = chats.apply(answer, isComplete: hasAllRooms, at: now)
    for room in answer.rooms.left.keys { made = made.filter { $0.value != room } }
    let states = answer.states
    verdict.take(.answer(states, isOnline: isOnline))
    told.formUnion(states.keys)
    explained.subtract(states.keys)
    let isRenamed = rename(answer.rooms, hasAllRooms: hasAllRooms)
    var presence = answer.presence.compactMap { told(by: $0) }
    if isRenamed, let echo, states[owner] == nil { presence.append(.presence(owner, own.heard(echo))) }
    // Whom nobody mentions is looked for only where that may have changed.
    let isNews = isComplete || !news.isEmpty || !answer.rooms.isEmpty || toldBy != verdict.presence
    return news + presence + (isNews ? explanations() : [])
  }

  /// Takes note that the server was not heard for a while.
  mutating func interrupt() {
    verdict.interrupt()
    proofs = 0
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
  private mutating func rename(_ rooms: RoomsUpdate, hasAllRooms: Bool) -> Bool {
    if hasAllRooms { names = [:] }
    for room in rooms.left.keys { names[room] = nil }
    for (room, update) in rooms.joined {
      for event in update.stateChanges {
        guard case .member(owner, let content) = event.content, content.membership == .join else { continue }
        // The profile is another one then too, as a rule.
        if names[room] != content.displayName ?? "" { needsProfile = true }
        names[room] = content.displayName ?? ""
      }
    }
    return updateName()
  }

  /// Takes the name that the user has by their profile, which counts more than what they are called in rooms.
  ///
  /// - Returns: what a roster is to be told.
  mutating func take(profileName name: String) -> [StreamEvent] {
    profileName = name
    guard updateName(), let echo else { return [] }
    return [.presence(owner, own.heard(echo))]
  }

  /// - Returns: whether it is another one.
  private mutating func updateName() -> Bool {
    let before = own.name
    if let profileName {
      own.name = profileName
    } else {
      let counts = names.values.reduce(into: [:]) { $0[$1, default: 0] += 1 }
      let most = counts.max { $0.value != $1.value ? $0.value < $1.value : $0.key > $1.key }
      if let most { own.name = most.key }
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
    return (echo.map { [$0] } ?? []) + explanations()
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

  /// Direct rooms, and others with few members: what a user does there is taken for a sign of them.
  var smallRooms: Set<RoomID> {
    var length = 0
    let rooms = chats.rooms(most: Self.largestTraced).prefix(Self.mostTraced).prefix { room in
      // With quotes and a comma.
      length += PercentEncoding.encode(room.rawValue).utf8.count + 9
      return length <= Self.longestTraced
    }
    return Set(rooms)
  }

  /// The rooms in which users are looked for, which is done only where presence is off.
  var tracedRooms: Set<RoomID> { verdict.isOff ? smallRooms : [] }

  /// Whether it is to be found out by a status whether the server has presence, which may make nobody visible.
  var needsProof: Bool { verdict.needsProof && proofs < Self.mostProofs && isOpenlyOnline }

  private var isOpenlyOnline: Bool { own.choice == .online && !own.isIdle }

  /// The status that shows it, as of now.
  ///
  /// - Parameter text: the text that the server has, where none was heard.
  /// - Returns: the status; nil where none may be set any more.
  mutating func proof(over text: String?) -> StatusUpdate? {
    guard isOpenlyOnline else { return nil }
    proofs += 1
    return StatusUpdate(presence: .online, statusMessage: own.text ?? text ?? "")
  }

  /// Whether the profile of the user is to be asked for, once each time.
  mutating func takeProfileQuestion() -> Bool {
    defer { needsProfile = false }
    return needsProfile
  }

  /// Contacts to ask for, each once.
  mutating func takeQuestions() -> [UserID] {
    guard verdict.presence == .works else { return [] }
    defer { questions = [] }
    return questions
  }

  /// What silence about people means: they are offline, or why nothing is known of them.
  private mutating func explanations() -> [StreamEvent] {
    // After an interruption presence is taken to work still, until the server is silent for longer than one that has it.
    let isDoubtful = verdict.presence == .unknown && toldBy == .works && !verdict.isSilent
    if toldBy != verdict.presence, !isDoubtful {
      toldBy = verdict.presence
      explained = []
      // What was told before by a server that turns out to tell nothing is not so any more.
      if verdict.isOff { told = [] }
    }
    let contacts = chats.contacts.filter { chats.relation(to: $0) == .accepted }
    let present = chats.roomMates.union(contacts)
    // Who is gone is told of anew where they come back.
    told.formIntersection(present.union(chats.contacts))
    explained.formIntersection(present)
    let silent = present.subtracting(told).subtracting(explained).sorted()
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
