internal import MatrixWire
internal import Ports
internal import RoomCore

/// When each thing last changed that a stream can tell, counted for every person by themselves: what a poll is
/// answered from.
///
/// The counts are each user's own, because they are in tokens: a common count would tell any user how much happens
/// elsewhere, and so whether an invite found an account, or whether a hidden user is there.
///
/// A change of presence costs what the viewers cost who wait for it. It gets a number among all changes, which no token
/// carries, and is noted for each viewer with a waiting poll. A viewer who looks at their stream next compares: what
/// they missed gets a version of theirs then, so however often one user changes meanwhile, it is one.
///
/// Holds the newest of everything and no history, so that its size follows people and relations and not
/// traffic. Ended relations are remembered up to a number per person; a poll from before what was forgotten
/// has to begin anew.
struct StreamIndex: Sendable {
  /// Whose streams have something new, and at which version.
  typealias Changes = [(user: UserID, version: UInt64)]

  private var streams: [UserID: ViewerStream] = [:]
  /// The newest change of each person that others may see.
  private var latest: [UserID: UInt64] = [:]
  private var lastChange: UInt64 = 0
  /// Who hears of a person's next change. They are in it anew once they have looked.
  private var followers: [UserID: Set<UserID>] = [:]
  /// Who changed, and whose followers have yet to hear of it.
  private var unheard: Set<UserID> = []
  /// Those who have yet to hear of each: their followers, and everybody who shares a room with them, of whom many may have
  /// no poll that waits.
  private var untold: [UserID: Set<UserID>] = [:]
  private let endedRelations: Int

  /// How many followers are told, and how many people are compared, in one turn of the actor.
  static let part = 64

  init(endedRelations: Int = 1_000) { self.endedRelations = endedRelations }

  /// How much a person's stream has been told.
  func version(of user: UserID) -> UInt64 { streams[user]?.version ?? 0 }

  /// When who types in a room last changed in this life, for one of its members.
  func typingVersion(in room: RoomID, for user: UserID) -> UInt64 { streams[user]?.typing[room] ?? 0 }

  /// When that changed last in any of their rooms.
  func lastTyping(for user: UserID) -> UInt64 { streams[user]?.lastTyping ?? 0 }

  /// When users who share a room with a viewer last looked different, and up to where it is known of all of them; nil where
  /// none has in this life.
  func roomMates(of viewer: UserID) -> RoomMateLog? {
    streams[viewer].flatMap { $0.roomMates.isEmpty ? nil : $0.roomMates }
  }

  /// When a person last looked different to themselves.
  func ownVersion(of user: UserID) -> UInt64 { streams[user]?.own ?? 0 }

  /// The last event of each entry of an owner's list, ended ones included.
  func listRecords(of owner: UserID) -> [UserID: RelationLog<ListEvent>.Record] {
    streams[owner]?.lists.records ?? [:]
  }

  /// The last event of each person who ever asked, ended ones included.
  func inviteRecords(of observed: UserID) -> [UserID: RelationLog<InviteEvent>.Record] {
    streams[observed]?.invites.records ?? [:]
  }

  /// When each type of a person's account data last changed in this life; by the bytes of its name.
  func accountDataVersions(of user: UserID) -> [[UInt8]: UInt64] { streams[user]?.accountData ?? [:] }

  /// Whether everything since that version can still be told to a person.
  func reaches(_ since: UInt64, for user: UserID) -> Bool {
    since <= version(of: user) && since >= streams[user]?.floor ?? 0
  }

  /// An entry that was on a list before this server started: known, and told by no stream yet.
  mutating func restore(_ event: ListEvent, of owner: UserID) {
    _ = streams[owner, default: ViewerStream()].lists.add(
      event, with: event.userID, at: 0, limit: endedRelations)
  }

  /// A person looks different to themselves, and to those who watch them if `toOthers`. People of other servers have no
  /// stream here.
  ///
  /// - Returns: their own stream. Those who follow them come with `notifyFollowers`, so that how long this takes says
  ///   nothing of who waits.
  @discardableResult
  mutating func presenceChanged(_ user: UserID, isLocal: Bool = true, toOthers: Bool) -> Changes {
    if toOthers {
      lastChange += 1
      latest[user] = lastChange
      unheard.insert(user)
    }
    guard isLocal else { return [] }
    let fresh = newStream
    let own = streams[user, default: fresh].next()
    streams[user]?.own = own
    return [(user, own)]
  }

  /// Notes for the followers of those who changed that they did, for `part` of them at most. A viewer who looks before it is
  /// their turn is told then.
  ///
  /// - Returns: the followers, with a version above all: theirs is given when they look.
  mutating func notifyFollowers(_ membership: MembershipIndex) -> Changes {
    detachUnheard(membership)
    var told: Set<UserID> = []
    var left = Self.part
    while left > 0, let user = untold.first?.key {
      let some = untold[user].map { Array($0.prefix(left)) } ?? []
      left -= some.count
      untold.change(user) { for viewer in some { $0.remove(viewer) } }
      for viewer in some where streams.change(viewer, { $0.miss(user) }) ?? false { told.insert(viewer) }
      if untold[user]?.isEmpty ?? true { untold[user] = nil }
    }
    return told.sorted().map { ($0, .max) }
  }

  /// Whether there are more to be told.
  var hasUntold: Bool { !unheard.isEmpty || !untold.isEmpty }

  /// From here on a viewer who looks follows the next change, and hears of this one all the same.
  private mutating func detachUnheard(_ membership: MembershipIndex) {
    for user in unheard {
      let followers = followers.removeValue(forKey: user) ?? []
      var viewers = membership.sharers(of: user)
      if viewers.isEmpty { viewers = followers } else { viewers.formUnion(followers) }
      guard !viewers.isEmpty else { continue }
      if untold[user] == nil { untold[user] = viewers } else { untold[user]?.formUnion(viewers) }
    }
    unheard = []
  }

  /// A viewer is about to look, and hears now of those who changed.
  ///
  /// - Returns: their stream, where there is something: other polls of theirs wait for it.
  mutating func receiveChanges(for viewer: UserID, _ membership: MembershipIndex) -> Changes {
    detachUnheard(membership)
    var hasNews = false
    // By place: to hold its keys meanwhile would have all of it copied.
    var place = untold.startIndex
    while place < untold.endIndex {
      let user = untold[place].key
      if untold.values[place].remove(viewer) != nil, streams.change(viewer, { $0.miss(user) }) ?? false {
        hasNews = true
      }
      untold.formIndex(after: &place)
    }
    return hasNews ? [(viewer, .max)] : []
  }

  /// A viewer looks at their stream: each target that changed since they looked last gets a version of theirs. To be called
  /// before anything of their stream is read, and after `receiveChanges`.
  ///
  /// - Parameters:
  ///   - viewer: who looks.
  ///   - waits: whether a poll of theirs may wait from here on, and has to hear of the next change.
  ///   - membership: who shares a room with whom.
  /// - Returns: whether everybody was compared. Where not, it has to be called again, in a later turn, before anything is
  ///   read.
  @discardableResult
  mutating func look(_ viewer: UserID, waits: Bool, _ membership: MembershipIndex) -> Bool {
    if waits || membership.knows(viewer), streams.index(forKey: viewer) == nil { streams[viewer] = newStream }
    guard let place = streams.index(forKey: viewer) else { return true }
    // One access: each reading of a value by its place copies it.
    return streams.values[place].look(viewer, waits: waits, latest, lastChange, &followers, membership)
  }

  /// A stream that was told nothing yet: all that was before is in its first answer.
  private var newStream: ViewerStream { ViewerStream(reached: lastChange) }

  /// Who types in a room changed. Who never looked at their stream is told when they do.
  mutating func typingChanged(in room: RoomID, for members: Set<UserID>) -> Changes {
    var changes: Changes = []
    for user in members {
      guard let version = streams.change(user, { $0.typingChanged(in: room) }) else { continue }
      changes.append((user, version))
    }
    return changes
  }

  /// Nobody has a person on their list any more.
  mutating func forget(_ user: UserID) {
    latest[user] = nil
    followers[user] = nil
    unheard.remove(user)
    untold[user] = nil
  }

  /// Account data of a person changed, which only that person's own clients are told.
  @discardableResult
  mutating func accountDataChanged(_ type: [UInt8], of user: UserID) -> Changes {
    let fresh = newStream
    let version = streams[user, default: fresh].next()
    streams[user]?.accountData[type] = version
    return [(user, version)]
  }

  /// An entry of a list changed.
  @discardableResult
  mutating func listChanged(of owner: UserID, _ event: ListEvent) -> Changes {
    let other = event.userID
    if event.state != .accepted {
      followers[other]?.remove(owner)
      if followers[other]?.isEmpty == true { followers[other] = nil }
      untold[other]?.remove(owner)
      streams[owner]?.missed.removeAll { $0 == other }
    } else if let stream = streams[owner], stream.isFollowing, !stream.missed.contains(other) {
      followers[other, default: []].insert(owner)
    }
    return add(event, with: other, to: \.lists, of: owner)
  }

  /// The state of an invite changed.
  @discardableResult
  mutating func inviteChanged(_ event: InviteEvent) -> Changes {
    add(event, with: event.observer, to: \.invites, of: event.observed)
  }

  /// Removes an invite to a name without an account, and the stream with the last of them.
  mutating func forgetInvite(from observer: UserID, to observed: UserID) {
    streams[observed]?.invites.forget(observer)
    if streams[observed]?.invites.records.isEmpty == true { forgetStream(of: observed) }
  }

  /// Removes everything a stream tells; the next one begins at version 0.
  mutating func forgetStream(of user: UserID) { streams[user] = nil }

  private mutating func add<Event>(
    _ event: Event, with other: UserID, to log: WritableKeyPath<ViewerStream, RelationLog<Event>>,
    of user: UserID
  ) -> Changes {
    let fresh = newStream
    let version = streams[user, default: fresh].next()
    let forgotten =
      streams[user]?[keyPath: log].add(
        event, with: other, at: version, told: lastChange, limit: endedRelations) ?? 0
    if forgotten > streams[user]?.floor ?? 0 { streams[user]?.floor = forgotten }
    return [(user, version)]
  }
}
