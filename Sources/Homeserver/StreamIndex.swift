internal import MatrixWire

/// When each thing last changed that a stream can tell, counted for every person by themselves: what a poll is
/// answered from.
///
/// The counts are each person's own, because they stand in tokens: a count for all would tell a stranger how
/// much happens elsewhere, and so whether an invite found somebody, or whether a hidden person is there.
///
/// Holds the newest of everything and no history, so that its size follows people and relations and not
/// traffic. Ended relations are remembered up to a number per person; a poll from before what was forgotten
/// has to begin anew.
struct StreamIndex: Sendable {
  private struct Stream: Sendable {
    var version: UInt64 = 0
    var own: UInt64 = 0
    var lists = RelationLog<ListEvent>()
    var invites = RelationLog<InviteEvent>()
    /// Nothing before this can be told any more.
    var floor: UInt64 = 0

    mutating func next() -> UInt64 {
      version += 1
      return version
    }
  }

  /// Whose streams have something new, and at which version.
  typealias Changes = [(user: UserID, version: UInt64)]

  private var streams: [UserID: Stream] = [:]
  private let endedRelations: Int

  init(endedRelations: Int = 1_000) { self.endedRelations = endedRelations }

  /// How much a person's stream has been told.
  func version(of user: UserID) -> UInt64 { streams[user]?.version ?? 0 }

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

  /// Whether everything since that version can still be told to a person.
  func reaches(_ since: UInt64, for user: UserID) -> Bool {
    since <= version(of: user) && since >= streams[user]?.floor ?? 0
  }

  /// An entry that stood on somebody's list before this server started: known, and told by no stream yet.
  mutating func restore(_ event: ListEvent, of owner: UserID) {
    _ = streams[owner, default: Stream()].lists.add(
      event, with: event.userID, at: 0, limit: endedRelations)
  }

  /// A person looks different, to themselves and to some who watch them. People of other servers have no stream
  /// here.
  @discardableResult
  mutating func presenceChanged(_ user: UserID, isLocal: Bool = true, to audience: [UserID]) -> Changes {
    var changes: Changes = []
    if isLocal {
      let own = streams[user, default: Stream()].next()
      streams[user]?.own = own
      changes = [(user, own)]
    }
    return changes
      + audience.map { owner in
        let version = streams[owner, default: Stream()].next()
        streams[owner]?.lists.presenceChanged(of: user, at: version)
        return (owner, version)
      }
  }

  /// An entry of somebody's list changed.
  @discardableResult
  mutating func listChanged(of owner: UserID, _ event: ListEvent) -> Changes {
    add(event, with: event.userID, to: \.lists, of: owner)
  }

  /// Somebody who asks, or asked, stands differently.
  @discardableResult
  mutating func inviteChanged(_ event: InviteEvent) -> Changes {
    add(event, with: event.observer, to: \.invites, of: event.observed)
  }

  private mutating func add<Event>(
    _ event: Event, with other: UserID, to log: WritableKeyPath<Stream, RelationLog<Event>>,
    of user: UserID
  ) -> Changes {
    let version = streams[user, default: Stream()].next()
    let forgotten =
      streams[user]?[keyPath: log].add(event, with: other, at: version, limit: endedRelations) ?? 0
    if forgotten > streams[user]?.floor ?? 0 { streams[user]?.floor = forgotten }
    return [(user, version)]
  }
}
