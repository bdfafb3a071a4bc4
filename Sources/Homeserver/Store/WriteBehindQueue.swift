internal import MatrixWire
internal import Ports
internal import PresenceCore

/// What is stored a little later: of each thing only that it changed, or its newest row, so that it is bounded by the
/// things there are.
///
/// A value: it says when its content is due (`due`); the caller stores it, and puts back what could not be stored.
struct WriteBehindQueue: Sendable {
  /// Rows that wait of things that are being stored now.
  struct Withdrawn: Sendable {
    fileprivate let waiting: WaitingChanges
    fileprivate let writing: WaitingChanges
  }

  /// When it has to be written; nil while nothing waits. Past that instant until `begin`.
  private(set) var due: Instant?
  private var users: Set<UserID> = []
  private var relations: Set<Relation> = []
  /// What of other servers is to be written, in order, and what of it is being written just now.
  private(set) var peers = WaitingChanges()
  private var writingPeers = WaitingChanges()
  private let interval: Duration

  /// - Parameter interval: how long something waits at most.
  init(interval: Duration) { self.interval = interval }

  // MARK: Adding

  /// Something of a person changed: their last activity, or what their devices said.
  ///
  /// - Returns: whether `due` is another one now; the same for the other two.
  mutating func add(_ user: UserID, at now: Instant) -> Bool {
    users.insert(user)
    return setDue(now)
  }

  /// A relation changed because time passed, or is to be stored as it is by then.
  mutating func add(_ relation: Relation, at now: Instant) -> Bool {
    relations.insert(relation)
    return setDue(now)
  }

  /// What is known of another server changed.
  mutating func add(_ change: PeerChange, at now: Instant) -> Bool {
    peers.add(change)
    return setDue(now)
  }

  private mutating func setDue(_ now: Instant) -> Bool {
    guard due == nil else { return false }
    due = now + interval
    return true
  }

  // MARK: Writing

  /// Its time has come, if it has.
  mutating func begin(at now: Instant) -> Bool {
    guard let due, due <= now else { return false }
    self.due = nil
    return true
  }

  /// The people of whom something changed, in the order of their names.
  mutating func takeUsers() -> [UserID] {
    defer { users = [] }
    return users.sorted()
  }

  mutating func takeRelations() -> Set<Relation> {
    defer { relations = [] }
    return relations
  }

  /// The rows of other servers, which are being written from here on.
  mutating func beginPeers() -> [PeerChange] {
    (writingPeers, peers) = (peers, WaitingChanges())
    return writingPeers.changes
  }

  /// They were written, or wait again.
  ///
  /// - Returns: whether `due` is another one now.
  mutating func endPeers(areStored: Bool, at now: Instant) -> Bool {
    defer { writingPeers = WaitingChanges() }
    guard !areStored else { return false }
    peers.putBack(writingPeers)
    return !peers.isEmpty && setDue(now)
  }

  // MARK: What is stored now

  /// Takes out what waits of things that are stored now: it is older than these, and must not be written after them.
  mutating func withdraw(before changes: [PeerChange]) -> Withdrawn {
    Withdrawn(
      waiting: peers.withdraw(before: changes), writing: writingPeers.withdraw(before: changes))
  }

  /// They could not be stored: everything waits as before.
  ///
  /// - Returns: whether `due` is another one now.
  mutating func putBack(_ withdrawn: Withdrawn, at now: Instant) -> Bool {
    peers.putBack(withdrawn.waiting)
    peers.putBack(withdrawn.writing)
    return !peers.isEmpty && setDue(now)
  }
}
