internal import MatrixWire

/// What `StreamIndex` holds for one user: when each thing their stream tells last changed.
struct ViewerStream: Sendable {
  var version: UInt64 = 0
  var own: UInt64 = 0
  var lists = RelationLog<ListEvent>()
  var invites = RelationLog<InviteEvent>()
  /// When each type of the person's account data last changed, by the bytes of its name.
  var accountData: [[UInt8]: UInt64] = [:]
  /// Nothing before this can be told any more.
  var floor: UInt64 = 0
  /// The last of all changes of presence that its versions reach.
  var reached: UInt64 = 0
  /// Whether a poll has waited here: from then on `missed` says who changed, and the list need not be searched.
  var isFollowing = false
  var missed: [UserID] = []
  /// Who is compared, and how many of them were: it may take more than one turn.
  private var compared: [UserID] = []
  private var comparedCount = 0
  /// The change up to which they are.
  private var reaching: UInt64 = 0

  mutating func next() -> UInt64 {
    version += 1
    return version
  }

  /// Its viewer looks: each target that changed since they looked last gets a version.
  ///
  /// - Parameters:
  ///   - viewer: who looks.
  ///   - waits: whether a poll of theirs may wait from here on, and has to hear of the next change.
  ///   - latest: the newest change of each target.
  ///   - lastChange: the newest of all.
  ///   - followers: who hears of the next change of each target.
  /// - Returns: whether everybody was compared; where not, it has to be called again.
  mutating func look(
    _ viewer: UserID, waits: Bool, _ latest: [UserID: UInt64], _ lastChange: UInt64,
    _ followers: inout [UserID: Set<UserID>]
  ) -> Bool {
    while true {
      if !hasUncompared {
        guard waits && !isFollowing || reached < lastChange else { return true }
        beginComparing(upTo: lastChange, waits: waits)
      }
      compareSome(for: viewer, latest, &followers)
      guard !hasUncompared else { return false }
      endComparing()
      // Who changed while it took its turns has to be compared before a poll waits: nobody would wake it for them.
      if !waits || isFollowing, missed.isEmpty { return true }
    }
  }

  private var hasUncompared: Bool { comparedCount < compared.count }

  /// Notes whom a viewer who looks has to compare: those they missed, or their whole list.
  private mutating func beginComparing(upTo change: UInt64, waits: Bool) {
    if isFollowing {
      swap(&missed, &compared)
    } else {
      (missed, compared) = ([], Array(lists.records.keys))
    }
    comparedCount = 0
    reaching = change
    if waits { isFollowing = true }
  }

  /// Gives versions to those who changed among the next few.
  private mutating func compareSome(
    for viewer: UserID, _ latest: [UserID: UInt64], _ followers: inout [UserID: Set<UserID>]
  ) {
    let first = comparedCount
    comparedCount = min(first + StreamIndex.part, compared.count)
    // Hardly ever more than one.
    var change: (user: UserID, number: UInt64)?
    var others: [(user: UserID, number: UInt64)] = []
    for user in compared[first..<comparedCount] {
      guard let record = lists.records[user], record.event.state == .accepted else { continue }
      if isFollowing { followers[user, default: []].insert(viewer) }
      guard let number = latest[user], number > record.told else { continue }
      if change == nil { change = (user, number) } else { others.append((user, number)) }
    }
    guard let change else { return }
    if others.isEmpty { return give(change) }
    // In the order of the changes.
    for change in (others + [change]).sorted(by: { $0.number < $1.number }) { give(change) }
  }

  /// Gives a change its version.
  private mutating func give(_ change: (user: UserID, number: UInt64)) {
    lists.presenceChanged(of: change.user, at: next(), told: change.number)
  }

  /// Everybody was compared. The next time finds room, but a crowd's is given back.
  private mutating func endComparing() {
    compared.removeAll(keepingCapacity: compared.capacity <= StreamIndex.part)
    comparedCount = 0
    reached = reaching
  }
}
