internal import MatrixWire
internal import Ports
internal import PresenceCore
internal import RoomCore

/// What streams have to say, and the polls that wait for it or are told it.
///
/// A value around `StreamIndex`; polls that wait are in `SyncHub`, where clients hang up synchronously. It reads no rules
/// but those it is handed with a call, and ends no stream: polls that were answered are returned, and their owner
/// ends them.
struct SyncService: Sendable {
  private(set) var index = StreamIndex()
  let hub: SyncHub
  private let accounts: AccountRegistry
  /// What is new in whose stream, until the polls that wait for it are woken.
  private var news: StreamIndex.Changes = []
  /// Polls that something new concerns, to be answered before the visit is over.
  private var woken: [OpenPoll] = []
  /// Polls for which there is so much that it is told in parts.
  var long: [OpenPoll] = []
  /// What requests mean for the streams of others.
  private var postponed = PostponedEvents()
  /// Streams of polls that were answered a moment ago.
  private var answeredStreams = AnsweredStreams()
  /// When each device was last told something.
  var lastAnswers: [Device: Instant] = [:]
  let batching: Duration
  /// Which life of the store this is: of earlier ones, positions in presence are known and begin anew.
  private let life: UInt64
  /// Writes positions in rooms.
  let seal: PositionSeal

  /// - Parameters:
  ///   - hub: where polls wait.
  ///   - accounts: profiles, and account data.
  ///   - batching: the least span between two answers to one device while changes keep coming.
  ///   - life: counts the starts of the store.
  ///   - seal: writes positions in rooms.
  init(hub: SyncHub, accounts: AccountRegistry, batching: Duration, life: UInt64, seal: PositionSeal) {
    self.hub = hub
    self.accounts = accounts
    self.batching = batching
    self.life = life
    self.seal = seal
  }

  // MARK: What changes

  /// An entry that was on a list before this server started.
  mutating func restore(_ event: ListEvent, of owner: UserID) { index.restore(event, of: owner) }

  /// Whether each of those who watch them may see it is asked when they come for it.
  mutating func presenceChanged(_ user: UserID, isLocal: Bool, toOthers: Bool) {
    news += index.presenceChanged(user, isLocal: isLocal, toOthers: toOthers)
  }

  /// An entry of a list changed.
  ///
  /// - Parameters:
  ///   - owner: whose list it is.
  ///   - event: what changed.
  ///   - isWatched: whether the other user is on any list still.
  mutating func listChanged(of owner: UserID, _ event: ListEvent, isWatched: Bool) {
    news += index.listChanged(of: owner, event)
    if !isWatched { index.forget(event.userID) }
  }

  /// The state of an invite changed. A name without an account has a stream like a user: less work would take less time,
  /// which tells.
  mutating func inviteChanged(_ event: InviteEvent) { news += index.inviteChanged(event) }

  mutating func forgetInvite(from observer: UserID, to observed: UserID) {
    index.forgetInvite(from: observer, to: observed)
  }

  mutating func forgetStream(of user: UserID) { index.forgetStream(of: user) }

  /// Account data of a person, which is stored already, is another now.
  mutating func accountDataChanged(_ type: String, of user: UserID) {
    news += index.accountDataChanged(Array(type.utf8), of: user)
  }

  /// Who types in a room changed.
  mutating func typingChanged(in room: RoomID, for members: Set<UserID>) {
    news += index.typingChanged(in: room, for: members)
  }

  /// Something happened in rooms that concerns these users.
  mutating func roomsChanged(for users: Set<UserID>) { news += users.sorted().map { ($0, .max) } }

  // MARK: Postponed

  /// When postponed events are due, or a stream has ended because its client did not ask again.
  var nextDeadline: Instant? {
    guard let events = postponed.due, let streams = answeredStreams.due else {
      return postponed.due ?? answeredStreams.due
    }
    return min(events, streams)
  }

  mutating func postpone(_ event: PostponedEvents.Event, at now: Instant) { postponed.add(event, at: now) }

  /// What was postponed for a viewer who looks.
  mutating func takePostponed(for viewer: UserID) -> [PostponedEvents.Event] { postponed.take(for: viewer) }

  /// Some of what was postponed, if its time has come.
  mutating func takePostponed(dueAt now: Instant) -> [PostponedEvents.Event] {
    postponed.takeDue(at: now, most: Self.eventsInOneTurn)
  }

  private static let eventsInOneTurn = 256

  // MARK: Reading

  /// Before a stream is read, and after what was postponed for it: who changed since its viewer looked is in it.
  ///
  /// - Returns: whether it may be read. Where so much changed that it takes more than one turn, it has to be called again.
  mutating func look(_ viewer: UserID, waits: Bool, _ membership: MembershipIndex) -> Bool {
    news += index.receiveChanges(for: viewer, membership)
    return index.look(viewer, waits: waits, membership)
  }

  /// One viewer's view of these rules. It must not be held while others have their turn: they change what it is of, and
  /// all of that would be copied.
  func view(of viewer: UserID, _ rules: PresenceRules, _ rooms: RoomHost, _ now: Moment) -> StreamView {
    StreamView(rules: rules, rooms: rooms, index: index, profiles: accounts, viewer: viewer, now: now)
  }

  func accountData(of viewer: UserID) -> AccountDataSource {
    AccountDataSource(index, accounts, viewer: viewer)
  }

  // MARK: Positions

  /// Where a viewer's stream is now.
  ///
  /// - Parameters:
  ///   - viewer: whose stream.
  ///   - rooms: where the rooms' common stream is; nil for one who is in none.
  /// - Returns: what a token says.
  func position(of viewer: UserID, rooms: UInt64?) -> StreamPosition {
    StreamPosition(life: life, version: index.version(of: viewer), rooms: rooms)
  }

  func token(of position: StreamPosition) -> SyncToken { position.token(seal) }

  /// Where a poll goes on from; nil for a beginning, which for presence a position of another life is as well: rooms go on
  /// from there.
  ///
  /// - Throws: 400 for a token this server never gave, or gave too long ago.
  func position(
    of poll: Poll, _ rooms: RoomHost
  ) throws(APIError) -> (position: StreamPosition?, earlierRooms: UInt64?) {
    guard let token = poll.parameters.since else { return (nil, nil) }
    guard let position = StreamPosition(token, seal),
      position.life != life || index.reaches(position.version, for: poll.device.user)
    else { throw Self.unknownPosition(of: poll) }
    guard position.life == life else { return (nil, position.rooms.flatMap(rooms.position(ofEarlierLife:))) }
    guard position.rooms ?? 0 <= rooms.rules.positions.last else { throw Self.unknownPosition(of: poll) }
    return (position, nil)
  }

  /// Whether everything since a poll's position can still be told to it: what ended since may be forgotten.
  func isReached(_ open: OpenPoll) -> Bool {
    open.since.map { index.reaches($0.version, for: open.device.user) } ?? true
  }

  static func unknownPosition(of poll: Poll) -> APIError {
    .unknownPosition(poll.form.shape == .withSender ? .sync : .events)
  }

  // MARK: Polls

  /// Takes polls out of the hub that something new concerns, some at a time.
  ///
  /// - Returns: whether there are more.
  mutating func wake(_ membership: MembershipIndex) -> Bool {
    let room = Self.wokenAtOnce - woken.count
    if room > 0 {
      news += index.notifyFollowers(membership)
      let (polls, rest) = hub.publish(news, most: room)
      woken += polls
      news = rest
    }
    hub.isTelling = index.hasUntold || !news.isEmpty
    return hub.isTelling
  }

  private static let wokenAtOnce = workInOneTurn

  /// Whether a change has yet to be told to polls that wait for it.
  var isWaking: Bool { index.hasUntold || !news.isEmpty || !woken.isEmpty }

  /// Polls that were woken, to be answered now.
  mutating func takeWoken() -> [OpenPoll] {
    defer { woken = [] }
    return woken
  }

  /// Polls that are answered in a later turn, before those that were woken since.
  mutating func putBack(_ polls: some Collection<OpenPoll>) { woken.insert(contentsOf: polls, at: 0) }

  /// The next poll that is told in parts.
  mutating func takeLong() -> OpenPoll? { long.isEmpty ? nil : long.removeFirst() }

  /// Whether polls are to be told in parts.
  var hasLong: Bool { !long.isEmpty }

  // MARK: Streams of answered polls

  /// Keeps the streams of answered polls that another poll may go on with.
  ///
  /// - Returns: the polls whose streams have ended.
  mutating func keepStreams(of answered: [OpenPoll], at now: Instant) -> [OpenPoll] {
    answered.filter { open in
      guard open.poll.isRepeatable else { return true }
      answeredStreams.add(open.poll, at: now)
      return false
    }
  }

  /// Some of the streams that no poll went on with, and when they ended.
  mutating func takeLapsedStreams(at now: Instant) -> [AnsweredStreams.Lapsed] {
    answeredStreams.takeLapsed(at: now, most: Self.wokenAtOnce)
  }

  /// Takes out every poll of a device, those among them that were just woken.
  mutating func end(_ device: Device) -> [OpenPoll] {
    lastAnswers[device] = nil
    let ended = hub.end(device) + woken.filter { $0.device == device }
    woken.removeAll { $0.device == device }
    return ended
  }

  /// Takes out every poll that was woken, or is to be told in parts.
  mutating func takeAll() -> [OpenPoll] {
    defer { (woken, long) = ([], []) }
    return woken + long
  }
}
