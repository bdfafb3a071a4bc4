internal import MatrixWire
internal import Ports
internal import PresenceCore
internal import PresenceFederation
internal import RoomCore
internal import Synchronization

/// The presence rules at work: applies what requests ask for, tells waiting polls, and keeps the rules' time.
///
/// An actor around values. What must not be lost is committed first and true afterwards: nobody ever sees what
/// a crash could take back. Whatever a method changes is visible to every poll that is opened after the method returns.
///
/// A request is answered first. Waiting polls are told in a later turn, and what a request means for the streams of
/// other users is worked out a moment later still (`PostponedEvents`), or when they look: how long a request takes does
/// not tell who is there.
actor PresenceService {
  var rules: PresenceRules
  var rooms: RoomHost
  /// What happened in rooms, as it is stored.
  let history: any RoomHistory
  /// Other servers; nil where it meets none.
  var federation: FederationHost?
  /// Who waits for what other servers say of their users.
  var queries = PendingQueries<CheckedContinuation<PresenceContent?, Never>>()
  /// Queries whose caller waits no longer, until the actor comes to them.
  let givenUp = Mutex<[PendingQueries<CheckedContinuation<PresenceContent?, Never>>.QueryID]>([])
  /// What streams have to say, and the polls that wait for it.
  var sync: SyncService
  /// What is written behind.
  var unwritten: WriteBehindQueue
  let writer: Alarm
  let time: any Timekeeper
  let accounts: AccountRegistry
  let persistence: PersistenceService
  let locks: KeyedLock
  let longAnswers: Alarm
  let alarm: Alarm
  private var armed: Instant?

  init(
    _ configuration: Homeserver.Configuration, _ stored: StoredServer, rooms: RoomRules,
    history: any RoomHistory,
    time: any Timekeeper, hub: SyncHub, accounts: AccountRegistry, persistence: PersistenceService,
    locks: KeyedLock, federation: FederationHost?
  ) {
    rules = PresenceRules(
      server: configuration.name, limits: configuration.limits, autoAccept: configuration.autoAccept,
      membership: MembershipIndex(configuration.presenceSharing, rooms: rooms.allRooms))
    (self.rooms, self.history) = (RoomHost(rooms), history)
    rules.meetsOthers = federation != nil || configuration.othersAreSilent
    self.time = time
    self.accounts = accounts
    self.persistence = persistence
    self.locks = locks
    self.federation = federation
    sync = SyncService(
      hub: hub, accounts: accounts, batching: configuration.batching, life: stored.starts,
      seal: PositionSeal(accounts.code(of:)))
    alarm = Alarm(time)
    writer = Alarm(time)
    longAnswers = Alarm(time)
    unwritten = WriteBehindQueue(interval: configuration.writeBehind)
    let now = time.now
    for record in stored.presenceRows.presence { rules.restore(record, now: now) }
    for record in stored.presenceRows.deviceActivity { rules.restore(record, now: now) }
    for record in stored.presenceRows.relationships {
      rules.restore(record, now: now)
      guard let entry = record.relationship.entry else { continue }
      sync.restore(
        ListEvent(userID: record.observed, state: entry.state, sender: record.owner), of: record.owner)
    }
    for server in rules.lists.serversMet { federation?.met(server, true) }
  }

  /// Keeps the rules' deadlines until the task is cancelled.
  func run() async {
    await meetPeers()
    performUnasked(rules.askWaiting(now: time.now))
    await alarm.run { _ in self.expire() }
  }

  /// Answers polls for which there is much to tell, until the task is cancelled.
  func answerLong() async {
    await longAnswers.run { _ in
      while let open = sync.takeLong() { await answerInParts(open) }
      return nil
    }
  }

  private func expire() -> Instant? {
    let effects = rules.expire(now: time.now)
    writeLater(effects)
    dispatch(effects)
    expireRooms()
    expireFederation()
    expireQueries()
    for event in sync.takePostponed(dueAt: time.instant) { publish(event) }
    endLapsedStreams()
    answerPolls([])
    armed = nextDeadline
    return armed
  }

  private var nextDeadline: Instant? {
    var next = rules.nextDeadline
    func consider(_ deadline: Instant?) {
      if let deadline { next = min(next ?? deadline, deadline) }
    }
    consider(rooms.rules.nextDeadline)
    consider(federation?.engine.nextDeadline)
    consider(queries.nextDeadline)
    consider(sync.nextDeadline)
    return next
  }

  // MARK: Effects

  func apply(_ step: (inout PresenceRules, Moment) -> [PresenceEffect]) {
    perform(step(&rules, time.now))
  }

  /// Does what the rules ask for; every poll it concerns is answered in a later turn.
  func perform(_ effects: [PresenceEffect]) {
    dispatch(effects)
    answerLater()
  }

  /// Comes back to the polls that something concerns once the present visit is over.
  func answerLater() {
    keepDeadlines()
    alarm.ring()
  }

  /// Does what nobody asked for just now. A crash may take it back: the next start comes to it again.
  func performUnasked(_ effects: [PresenceEffect]) {
    writeLater(effects)
    perform(effects)
  }

  func writeLater(_ effects: [PresenceEffect]) {
    for message in federation?.engine.unsent(in: effects) ?? [] { writeLater(.unsent(message)) }
    for effect in effects {
      switch effect {
      case .listChanged(let owner, let event): writeLater(Relation(owner: owner, observed: event.userID))
      case .inviteChanged(let event):
        writeLater(Relation(owner: event.observer, observed: event.observed))
      default: break
      }
    }
  }

  /// Does what the rules ask for; `answerPolls` or `answerLater` has to follow.
  func dispatch(_ effects: [PresenceEffect]) {
    guard !effects.isEmpty else { return }
    publish(effects)
    notifyPeers(effects)
  }

  /// Tells this server's own streams.
  func publish(_ effects: [PresenceEffect]) {
    for effect in effects {
      switch effect {
      case .presenceChanged(let user, let toOthers):
        if user.server == rules.server { writeLater(user) }
        sync.presenceChanged(user, isLocal: user.server == rules.server, toOthers: toOthers)
        answerReaders(of: user)
      case .listChanged(let owner, let event):
        meet(event.userID.server)
        if event.sender == owner {
          publishPostponed(for: owner)
          publish(.list(owner: owner, event))
        } else {
          postpone(.list(owner: owner, event))
        }
      case .inviteChanged(let event):
        meet(event.observer.server)
        postpone(.invite(event))
      case .endStreams(let user, let device):
        endStreams(of: Device(user: user, id: device))
      case .pollingChanged: break
      case .sendToPeer(let peer, _):
        // Where nothing carries messages nobody answers.
        if federation == nil { publish(rules.peerIsSilent(peer)) }
      }
    }
  }

  // MARK: Streams of others

  private func postpone(_ event: PostponedEvents.Event) {
    sync.postpone(event, at: time.instant)
  }

  /// Before a stream is read: what was postponed for it is in it, and who changed since its viewer looked.
  ///
  /// - Returns: whether it may be read. Where so much changed that it takes more than one turn, it has to be called again.
  func look(_ viewer: UserID, waits: Bool) -> Bool {
    publishPostponed(for: viewer)
    return sync.look(viewer, waits: waits, rules.audience.membership)
  }

  /// The same in as many turns as it takes.
  func lookInTurns(_ viewer: UserID) async {
    while !look(viewer, waits: false) { await Task.yield() }
  }

  /// Where a viewer's stream is now.
  func position(of viewer: UserID) -> StreamPosition {
    sync.position(of: viewer, rooms: rules.audience.membership.knows(viewer) ? rooms.position : nil)
  }

  func publishPostponed(for viewer: UserID) {
    for event in sync.takePostponed(for: viewer) { publish(event) }
  }

  private func publish(_ event: PostponedEvents.Event) {
    switch event {
    case .list(let owner, let event):
      sync.listChanged(of: owner, event, isWatched: rules.audience.isWatched(event.userID))
    case .invite(let event):
      sync.inviteChanged(event)
      for (observer, observed) in rules.keepUnclaimed(event) {
        sync.forgetInvite(from: observer, to: observed)
        if observer.server != rules.server { writeLater(Relation(owner: observer, observed: observed)) }
      }
    }
  }

  /// Takes out polls that something new concerns, some at a time.
  func wake() {
    if sync.wake(rules.audience.membership) { answerLater() }
  }

  /// Whether there is a relation with another server may have changed.
  private func meet(_ server: ServerName) {
    guard server != rules.server else { return }
    federation?.met(server, rules.lists.serversMet.contains(server))
  }

  /// Every open poll of a device returns: another client holds it now.
  func endPolls(of device: Device) {
    endStreams(of: device)
    answerLater()
  }

  /// Every open poll of a device returns, those among them that were just woken.
  private func endStreams(of device: Device) {
    for open in sync.end(device) { dismiss(open) }
    dismissPostponed(of: device)
  }

  /// Asks to be called when the rules' next deadline comes.
  func keepDeadlines() {
    if let due = nextDeadline, armed.map({ due < $0 }) ?? true {
      armed = due
      alarm.ring()
    }
  }
}
