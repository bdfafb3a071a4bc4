internal import MatrixWire
internal import RoomCore

/// What `StreamIndex` holds for one user: when each thing their stream tells last changed.
struct ViewerStream: Sendable {
  var version: UInt64 = 0
  var own: UInt64 = 0
  var lists = RelationLog<ListEvent>()
  var invites = RelationLog<InviteEvent>()
  /// When each type of the person's account data last changed, by the bytes of its name.
  var accountData: [[UInt8]: UInt64] = [:]
  /// When who types in each room last changed.
  private(set) var typing: [RoomID: UInt64] = [:]
  private(set) var lastTyping: UInt64 = 0
  /// When users who share a room with the person last looked different.
  private(set) var roomMates = RoomMateLog()
  /// Nothing before this can be told any more.
  var floor: UInt64 = 0
  /// The last of all changes of presence that its versions reach.
  private(set) var reached: UInt64
  /// Whether a poll has waited here: from then on `missed` says who changed, and the list need not be searched.
  var isFollowing = false
  var missed: [UserID] = []
  /// Who is compared, and how many of them were: it may take more than one turn.
  private var compared: [UserID] = []
  private var comparedCount = 0
  /// The change up to which they are.
  private var reaching: UInt64 = 0
  /// How many changes a viewer may miss who does not look: all whom they watch are compared then.
  private static let mostMissed = 64

  init(reached: UInt64 = 0) { self.reached = reached }

  mutating func next() -> UInt64 {
    version += 1
    return version
  }

  mutating func typingChanged(in room: RoomID) -> UInt64 {
    let version = next()
    typing[room] = version
    lastTyping = version
    return version
  }

  /// A target changed whom the viewer watches.
  ///
  /// - Returns: whether the viewer waits for such changes; one who does not compares everybody when they look.
  mutating func miss(_ user: UserID) -> Bool {
    guard isFollowing else { return false }
    guard missed.last != user else { return true }
    missed.append(user)
    if missed.count > Self.mostMissed { (missed, isFollowing) = ([], false) }
    return true
  }

  /// Its viewer looks: each target that changed since they looked last gets a version.
  ///
  /// - Parameters:
  ///   - viewer: who looks.
  ///   - waits: whether a poll of theirs may wait from here on, and has to hear of the next change.
  ///   - latest: the newest change of each target.
  ///   - lastChange: the newest of all.
  ///   - followers: who hears of the next change of each target.
  ///   - membership: who shares a room with whom.
  /// - Returns: whether everybody was compared; where not, it has to be called again.
  mutating func look(
    _ viewer: UserID, waits: Bool, _ latest: [UserID: UInt64], _ lastChange: UInt64,
    _ followers: inout [UserID: Set<UserID>], _ membership: MembershipIndex
  ) -> Bool {
    while true {
      if !hasUncompared {
        guard waits && !isFollowing || reached < lastChange else { return true }
        beginComparing(upTo: lastChange, waits: waits, membership.sharers(of: viewer))
      }
      compareSome(for: viewer, latest, &followers, membership)
      guard !hasUncompared else { return false }
      endComparing()
      // Who changed while it took its turns has to be compared before a poll waits: nobody would wake it for them.
      if !waits || isFollowing, missed.isEmpty { return true }
    }
  }

  private var hasUncompared: Bool { comparedCount < compared.count }

  /// Notes whom a viewer who looks has to compare: those they missed, or their whole list.
  private mutating func beginComparing(
    upTo change: UInt64, waits: Bool, _ sharers: @autoclosure () -> Set<UserID>
  ) {
    if isFollowing {
      swap(&missed, &compared)
    } else {
      (missed, compared) = ([], Array(lists.records.keys))
      compared += sharers().subtracting(lists.records.keys)
    }
    comparedCount = 0
    reaching = change
    if waits { isFollowing = true }
  }

  /// Gives versions to those who changed among the next few.
  private mutating func compareSome(
    for viewer: UserID, _ latest: [UserID: UInt64], _ followers: inout [UserID: Set<UserID>],
    _ membership: MembershipIndex
  ) {
    let first = comparedCount
    comparedCount = min(first + StreamIndex.part, compared.count)
    // Hardly ever more than one.
    var change: (user: UserID, number: UInt64)?
    var others: [(user: UserID, number: UInt64)] = []
    for user in compared[first..<comparedCount] {
      let told: UInt64
      if let record = lists.records[user], record.event.state == .accepted {
        if isFollowing { followers[user, default: []].insert(viewer) }
        told = record.told
      } else if membership.share(viewer, user) {
        told = roomMates.told(of: user) ?? reached
      } else {
        continue
      }
      guard let number = latest[user], number > told else { continue }
      if change == nil { change = (user, number) } else { others.append((user, number)) }
    }
    guard let change else { return }
    if others.isEmpty { return give(change) }
    // In the order of the changes.
    for change in (others + [change]).sorted(by: { $0.number < $1.number }) { give(change) }
  }

  /// Gives a change its version.
  private mutating func give(_ change: (user: UserID, number: UInt64)) {
    let version = next()
    if lists.records[change.user]?.event.state == .accepted {
      lists.presenceChanged(of: change.user, at: version, told: change.number)
    } else {
      roomMates.presenceChanged(of: change.user, at: version, told: change.number)
    }
  }

  /// Everybody was compared. The next time finds room, but a crowd's is given back.
  private mutating func endComparing() {
    compared.removeAll(keepingCapacity: compared.capacity <= StreamIndex.part)
    comparedCount = 0
    reached = reaching
  }
}
