internal import MatrixWire

/// When, in versions, each thing last changed that a stream can tell: what a poll is answered from.
///
/// Holds the newest of everything and no history, so that its size follows people and relations and not
/// traffic. Ended relations are remembered up to a number per person; a poll from before what was forgotten
/// has to begin anew.
struct StreamIndex: Sendable {
  struct Record<Event: Hashable & Sendable>: Hashable, Sendable {
    let version: UInt64
    let event: Event
  }

  private(set) var version: UInt64 = 0
  private var people: [UserID: UInt64] = [:]
  private var own: [UserID: UInt64] = [:]
  private var lists: [UserID: [UserID: Record<ListEvent>]] = [:]
  private var invites: [UserID: [UserID: Record<InviteEvent>]] = [:]
  private var floors: [UserID: UInt64] = [:]
  private let endedRelations: Int

  init(endedRelations: Int = 1_000) { self.endedRelations = endedRelations }

  /// When a person last looked different to others.
  func version(of user: UserID) -> UInt64 { people[user] ?? 0 }

  /// When a person last looked different to themselves.
  func ownVersion(of user: UserID) -> UInt64 { own[user] ?? 0 }

  /// The last event of each entry of an owner's list, ended ones included.
  func listRecords(of owner: UserID) -> [UserID: Record<ListEvent>] { lists[owner] ?? [:] }

  /// The last event of each person who ever asked, ended ones included.
  func inviteRecords(of observed: UserID) -> [UserID: Record<InviteEvent>] { invites[observed] ?? [:] }

  /// Whether everything since that version can still be told to a person.
  func reaches(_ since: UInt64, for user: UserID) -> Bool {
    since <= version && since >= floors[user] ?? 0
  }

  mutating func presenceChanged(_ user: UserID, toOthers: Bool) {
    version += 1
    own[user] = version
    if toOthers { people[user] = version }
  }

  mutating func listChanged(of owner: UserID, _ event: ListEvent) {
    version += 1
    lists[owner, default: [:]][event.userID] = Record(version: version, event: event)
    guard event.state != .pending, event.state != .accepted else { return }
    var records = lists.removeValue(forKey: owner) ?? [:]
    let forgotten = forgetEnded(in: &records) {
      $0.state != .pending && $0.state != .accepted
    }
    lists[owner] = records
    raiseFloor(of: owner, to: forgotten)
  }

  mutating func inviteChanged(_ event: InviteEvent) {
    version += 1
    invites[event.observed, default: [:]][event.observer] = Record(version: version, event: event)
    guard event.state != .pending else { return }
    var records = invites.removeValue(forKey: event.observed) ?? [:]
    let forgotten = forgetEnded(in: &records) { $0.state != .pending }
    invites[event.observed] = records
    raiseFloor(of: event.observed, to: forgotten)
  }

  /// Forgets the older half of what ended, where there is too much of it; returns the newest version that
  /// went.
  private func forgetEnded<Event>(
    in records: inout [UserID: Record<Event>], _ isEnded: (Event) -> Bool
  ) -> UInt64 {
    // Looked at only when it may matter: counting costs as much as the list is long.
    guard records.count > endedRelations else { return 0 }
    let ended = records.filter { isEnded($0.value.event) }.sorted { $0.value.version < $1.value.version }
    let forgotten = ended.dropLast(endedRelations / 2)
    for (other, _) in forgotten { records[other] = nil }
    return forgotten.last?.value.version ?? 0
  }

  private mutating func raiseFloor(of user: UserID, to version: UInt64) {
    if version > floors[user] ?? 0 { floors[user] = version }
  }
}
