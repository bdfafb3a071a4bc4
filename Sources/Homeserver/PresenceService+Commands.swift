internal import MatrixWire
internal import Ports
internal import PresenceCore
internal import PresenceFederation
internal import RoomCore

/// What requests ask to be done.
extension PresenceService {
  /// Adds a person whose account and presence are stored already.
  func register(_ user: UserID) {
    // The name may have been invited before it had an account; its stream begins with what still waits.
    sync.forgetStream(of: user)
    rules.register(user, now: time.now)
    performUnasked(rules.askNewcomer(user, now: time.now))
  }

  func setStatus(_ update: StatusUpdate, on device: Device) async throws {
    let user = device.user
    let showsAnother = try await locks.withLock([user]) {
      let now = time.now
      // A device that was logged out meanwhile would be there again, for nobody.
      let id = accounts.isLoggedIn(device) ? device.id : nil
      let decision = try rules.decide(update, of: user, on: id, now: now)
      let record = stored(decision.record)
      try await persistence.commit([.presence(.presence(record))])
      let shownBefore = accounts.announcedProfile(of: user)
      accounts.freezeProfile(of: user, as: record.shownProfile)
      let effects = rules.apply(decision)
      // A poll may have come in between, so that what is frozen by hiding is a little newer than what was stored.
      if let newer = rules.record(of: user, now: now), newer.frozen != record.frozen {
        try? await persistence.commit([.presence(.presence(stored(newer)))])
      }
      perform(effects)
      guard accounts.announcedProfile(of: user) != shownBefore else { return false }
      perform([.presenceChanged(user, toOthers: true)])
      notifyInvited(by: user)
      return true
    }
    if showsAnother { await showProfile(of: user) }
  }

  /// The rooms a user is in have the profile that others are shown. A room that could not be written keeps the one before
  /// until the next change.
  private func showProfile(of user: UserID) async {
    // One after another: the last one finds what those before it wrote.
    await locks.withLock(keys: [.shownProfile(user)]) {
      var tried: Set<RoomID> = []
      while true {
        let profile = accounts.announcedProfile(of: user) ?? Profile()
        let stale = rules.audience.membership.joinedRooms(of: user).filter { id in
          !tried.contains(id) && rooms.rules.room(id)?.member(user).map { $0.profile != profile } ?? false
        }
        guard !stale.isEmpty else { return }
        let some = Array(stale.prefix(Self.roomsInOneTurn))
        tried.formUnion(some)
        _ = try? await perform(RoomCommand(.setProfile(profile, rooms: some), by: user))
      }
    }
  }

  /// In how many rooms a profile is changed at once: others wait for their locks.
  private static let roomsInOneTurn = 20

  /// What is stored of a person: with the profile others are shown, frozen where the person begins to hide.
  private func stored(_ record: PresenceRecord) -> PresenceRecord {
    var record = record
    if record.choice == .hidden || record.choice == .offline {
      record.shownProfile = accounts.announcedProfile(of: record.user) ?? Profile()
    }
    return record
  }

  /// Users with an open invite read the asker's name beside it.
  private func notifyInvited(by user: UserID) {
    apply { rules, _ in rules.openInvites(of: user) }
  }

  /// Nothing, where the device was logged out meanwhile: it would be there again, for nobody.
  func report(_ report: DeviceReport, on device: Device) {
    guard accounts.isLoggedIn(device) else { return }
    apply { $0.report(of: device.user, on: device.id, report, now: $1) }
    // Even where nobody sees a difference now, it may make one after a start.
    writeLater(device.user)
  }

  /// Nothing, where the device was logged out meanwhile.
  func setPolling(_ polling: Bool, on device: Device) {
    guard accounts.isLoggedIn(device) else { return }
    apply { $0.setPolling(polling, of: device.user, on: device.id, now: $1) }
  }

  func removeDevice(_ device: Device) {
    apply { $0.removeDevice(device.id, of: device.user, now: $1) }
    rooms.rules.forgetTransactions(of: device.user, on: device.id)
  }

  /// A profile is part of what others see. While its user hides or appears offline, nothing is said: an event would
  /// show that the user is there (I18).
  func profileChanged(_ user: UserID) async {
    guard let person = rules.person(user) else { return }
    let isSeen = person.choice != .hidden && person.choice != .offline
    perform([.presenceChanged(user, toOthers: isSeen)])
    guard isSeen else { return }
    notifyInvited(by: user)
    await showProfile(of: user)
  }

  /// What a viewer may see of a user now; nil where they may not. A remote user who is not watched here is asked for.
  func status(of user: UserID, for viewer: UserID) async -> PresenceContent? {
    guard user.server != rules.server, rules.isVisible(user, to: viewer) else {
      return rules.presence(of: user, for: viewer, now: time.now)
    }
    let reason = rules.unknownReason(of: user, for: viewer)
    if reason == .unanswered, let content = await query(user, for: viewer),
      rules.isVisible(user, to: viewer)
    {
      return rules.shown(content, now: time.now)
    }
    guard rules.isVisible(user, to: viewer) else { return nil }
    return rules.listedPresence(of: user, for: viewer, now: time.now)
  }

  // MARK: Lists

  /// Remote users of whom nothing is known only because no watcher looked are waited for a moment: a client that asks
  /// now and then would never see them.
  func list(of device: Device) async -> PresenceListAnswer {
    if accounts.isLoggedIn(device) {
      apply { $0.listWasRead(by: device.user, on: device.id, now: $1) }
      await waitForOthers(on: device.user)
    }
    return await listInParts(of: device.user)
  }

  /// Applies each part of a change by itself; what fails is said, and the rest is done. Between a few people and the
  /// next others have a turn.
  ///
  /// - Throws: `StoreError` where it could not be stored, and then nothing of it is done. Where that shows only when some
  ///   of it was done already, those it was not done for are told apart as failed.
  func changeList(
    of user: UserID, _ change: PresenceListRequest
  ) async throws(StoreError) -> PresenceListResult {
    var result = PresenceListResult()
    for (number, part) in change.parts(of: Self.namesInOneTurn).enumerated() {
      if number > 0 { await Task.yield() }
      do throws(StoreError) {
        result.failed.merge(try await changePart(of: user, part).failed) { $1 }
      } catch  where number > 0 {
        let refusal = MatrixError(.unknown, "Nothing was changed: \(error.message)")
        for name in part.everybody { result.failed[name] = refusal }
      }
    }
    return result
  }

  /// How many people of one request are looked after in one turn.
  private static let namesInOneTurn = 20

  private func changePart(
    of user: UserID, _ change: PresenceListRequest
  ) async throws(StoreError) -> PresenceListResult {
    let (change, refused) = change.checked(at: rules.server)
    let others = change.everybody.compactMap { UserID($0) }
    let relations = others.flatMap { other in
      [
        KeyedLock.Key.relation(owner: user, observed: other),
        KeyedLock.Key.relation(owner: other, observed: user),
      ]
    }
    return try await locks.withLock(keys: Set(relations + [.person(user)])) { () throws(StoreError) in
      let now = time.now
      var failed: [String: MatrixError] = [:]
      let commands = change.commands { failed[$0] = $1 }
      var decisions: [ListDecision] = []
      for (_, command) in commands {
        decisions.append(rules.decide(command, by: user, after: decisions, now: now))
      }
      try await commit(rows(of: decisions))
      var effects: [PresenceEffect] = []
      for ((name, command), decision) in zip(commands, decisions) {
        let decision = current(decision) { $0.decide(command, by: user, now: $1) }
        if let refusal = decision.refusal { failed[name] = refusal }
        effects += rules.apply(decision)
      }
      perform(effects)
      return PresenceListResult(failed: failed.merging(refused) { $1 })
    }
  }

  /// What has to be stored before these are applied, in order: relations, and what other servers have to get.
  func rows(of decisions: [ListDecision]) -> [StoreChange] {
    decisions.flatMap { decision in
      (decision.record.map { [.presence(.relationship($0))] } ?? [])
        + (federation?.engine.unsent(in: decision.effects) ?? []).map { .peers(.unsent($0)) }
    }
  }

  /// The same decision, where all it was made of still holds. Else another one: what was stored is put right behind it.
  private func current(
    _ decision: ListDecision, _ again: (PresenceRules, Moment) -> ListDecision
  ) -> ListDecision {
    guard !rules.isCurrent(decision) else { return decision }
    let later = again(rules, time.now)
    replace(decision, by: later)
    return later
  }

  /// Puts right what is stored of a decision that was made anew.
  func replace(_ stored: ListDecision, by done: ListDecision) {
    for message in federation?.engine.unsent(in: stored.effects) ?? [] { writeLater(.delivered(message)) }
    writeLater(done.effects)
    writeLater(stored.relation)
  }
}

extension PresenceListRequest {
  /// The same change as several, which name `size` people at most, in the order in which it is done.
  fileprivate func parts(of size: Int) -> [PresenceListRequest] {
    var parts = [PresenceListRequest()]
    var count = 0
    func next(_ add: (inout PresenceListRequest) -> Void) {
      if count == size {
        parts.append(PresenceListRequest())
        count = 0
      }
      count += 1
      add(&parts[parts.count - 1])
    }
    for list in [\.drop, \.deny, \.revoke, \.accept, \.invite] as [WritableKeyPath<Self, [String]?>] {
      for name in self[keyPath: list] ?? [] {
        next { $0[keyPath: list] = ($0[keyPath: list] ?? []) + [name] }
      }
    }
    for (name, groups) in (groups ?? [:]).sorted(by: { $0.key < $1.key }) {
      next { $0.groups = ($0.groups ?? [:]).merging([name: groups]) { $1 } }
    }
    return parts
  }

  /// Everybody it names, as it names them.
  fileprivate var everybody: [String] {
    [invite, drop, accept, deny, revoke].flatMap { $0 ?? [] } + (groups ?? [:]).keys
  }

  /// With everybody who is invited by the name their server knows them by; and who cannot be invited, and why.
  fileprivate func checked(at server: ServerName) -> (PresenceListRequest, refused: [String: MatrixError]) {
    var checked = self
    var refused: [String: MatrixError] = [:]
    checked.invite = invite?.compactMap { name in
      // An empty name says nothing, and is no fault.
      guard !name.isEmpty else { return nil }
      do throws(MatrixError) {
        return try UserID.invited(name, by: server).rawValue
      } catch {
        refused[name] = error
        return nil
      }
    }
    return (checked, refused)
  }

  /// Each part as a command, with the name it names. A name that is none is said to have failed.
  fileprivate func commands(
    orFailed fail: (String, MatrixError) -> Void
  ) -> [(name: String, command: ListCommand)] {
    var commands: [(name: String, command: ListCommand)] = []
    func each(_ names: [String]?, _ command: (UserID) -> ListCommand) {
      for name in names ?? [] where !name.isEmpty {
        guard let other = UserID(name) else {
          fail(name, MatrixError(.invalidParameter, "'\(name)' is not a user ID."))
          continue
        }
        commands.append((name, command(other)))
      }
    }
    each(drop, ListCommand.drop)
    each(deny, ListCommand.deny)
    each(revoke, ListCommand.revoke)
    each(accept, ListCommand.accept)
    each(invite, ListCommand.invite)
    for (name, groups) in (groups ?? [:]).sorted(by: { $0.key < $1.key }) {
      each([name]) { .setGroups(groups, of: $0) }
    }
    return commands
  }
}
