internal import MatrixWire
internal import Ports
internal import PresenceCore

/// The presence rules at work: applies what requests ask for, tells waiting polls, and keeps the rules' time.
///
/// An actor around values. Whatever a method changes is visible to every poll before the method returns.
actor PresenceService {
  private var rules: PresenceRules
  private var index = StreamIndex()
  private let time: any Timekeeper
  private let hub: SyncHub
  private let accounts: AccountRegistry
  private let alarm: Alarm
  private var armed: Instant?

  init(
    _ configuration: Homeserver.Configuration, time: any Timekeeper, hub: SyncHub,
    accounts: AccountRegistry
  ) {
    rules = PresenceRules(
      server: configuration.name, limits: configuration.limits, autoAccept: configuration.autoAccept)
    self.time = time
    self.hub = hub
    self.accounts = accounts
    alarm = Alarm(time)
  }

  /// Keeps the rules' deadlines until the task is cancelled.
  func run() async {
    await alarm.run { _ in self.expire() }
  }

  private func expire() -> Instant? {
    let now = time.now
    perform(rules.expire(now: now))
    armed = rules.nextDeadline
    return armed
  }

  // MARK: People and devices

  func register(_ user: UserID) {
    rules.register(user, now: time.now)
    perform([])
  }

  func setStatus(_ update: StatusUpdate, on device: Device) throws(MatrixError) {
    perform(try rules.setStatus(of: device.user, to: update, on: device.id, now: time.now))
  }

  func report(_ report: DeviceReport, on device: Device) {
    apply { $0.report(of: device.user, on: device.id, report, now: $1) }
  }

  func setPolling(_ polling: Bool, on device: Device) {
    apply { $0.setPolling(polling, of: device.user, on: device.id, now: $1) }
  }

  func removeDevice(_ device: Device) {
    apply { $0.removeDevice(device.id, of: device.user, now: $1) }
  }

  /// A profile is part of what others see. While its person hides or appears offline, nothing is said: an
  /// event would show that somebody is there (efficiency.md 6.2 #18).
  func profileChanged(_ user: UserID) {
    guard let person = rules.person(user) else { return }
    perform([.presenceChanged(user, toOthers: person.choice != .hidden && person.choice != .offline)])
    // Whoever was asked reads the asker's name beside the question.
    apply { rules, _ in rules.openQuestions(of: user) }
  }

  func status(of user: UserID, for viewer: UserID) -> PresenceContent? {
    rules.presence(of: user, for: viewer, now: time.now)
  }

  // MARK: Streams

  /// Opens a poll; `endings` is what the hub wants to know of it.
  ///
  /// - Throws: 401 where the device was logged out meanwhile, 429 where it has too many polls open.
  func streamOpened(
    on device: Device, _ intent: PollIntent
  ) throws -> (StreamID, endings: UInt64) {
    guard accounts.isLoggedIn(device) else {
      throw Refusal(401, .unknownToken, "The session was logged out.")
    }
    let (stream, effects) = try rules.streamOpened(of: device.user, on: device.id, intent, now: time.now)
    perform(effects)
    return (stream, hub.endings(of: device))
  }

  func streamEnded(_ stream: StreamID, on device: Device) {
    apply { $0.streamEnded(stream, of: device.user, on: device.id, now: $1) }
  }

  /// The version a token stands for; nil for a beginning.
  ///
  /// - Throws: `M_INVALID_PARAM` for a token this server never gave, or gave too long ago.
  func position(_ token: SyncToken?, of user: UserID) throws(Refusal) -> UInt64? {
    guard let token else { return nil }
    guard let version = version(in: token), index.reaches(version, for: user) else {
      throw Self.unknownPosition
    }
    return version
  }

  private static let unknownPosition = Refusal(
    400, .invalidParameter, "The parameter 'since' is not a position of this stream.")

  /// What a person's stream has to say since a version, and the version it says it at.
  ///
  /// - Throws: `M_INVALID_PARAM` where what happened since then was forgotten meanwhile.
  func answer(
    for user: UserID, since: UInt64?, _ filter: SyncFilter
  ) throws(Refusal) -> (SyncAnswer, version: UInt64) {
    guard since.map({ index.reaches($0, for: user) }) ?? true else { throw Self.unknownPosition }
    let view = StreamView(rules: rules, index: index, profiles: accounts, viewer: user, now: time.now)
    let events = since.map(view.changes) ?? view.everything()
    let answer = SyncAnswer(nextBatch: token(index.version(of: user)), presence: events.filter(filter.allows))
    return (answer, index.version(of: user))
  }

  // MARK: Lists

  func list(of device: Device) -> PresenceListAnswer {
    apply { $0.listWasRead(by: device.user, on: device.id, now: $1) }
    let view = StreamView(
      rules: rules, index: index, profiles: accounts, viewer: device.user, now: time.now)
    return view.list(nextBatch: token(index.version(of: device.user)))
  }

  /// Applies each part of a change by itself; what fails is said, and the rest is done.
  func changeList(of user: UserID, _ change: PresenceListRequest) -> PresenceListResult {
    var failed: [String: MatrixError] = [:]
    func each(
      _ names: [String]?, _ step: (inout PresenceRules, UserID, Moment) throws -> [PresenceEffect]
    ) {
      for name in names ?? [] where !name.isEmpty {
        do {
          guard let other = UserID(name) else {
            throw MatrixError(.invalidParameter, "'\(name)' is not a user ID.")
          }
          perform(try step(&rules, other, time.now))
        } catch {
          failed[name] = error as? MatrixError ?? MatrixError(.unknown, "It failed.")
        }
      }
    }
    each(change.drop) { $0.drop($1, by: user, now: $2) }
    each(change.deny) { try $0.deny($1, by: user, now: $2) }
    each(change.revoke) { $0.revoke($1, by: user, now: $2) }
    each(change.accept) { try $0.accept($1, by: user, now: $2) }
    each(change.invite) { try $0.invite($1, by: user, now: $2) }
    for (name, groups) in (change.groups ?? [:]).sorted(by: { $0.key < $1.key }) {
      each([name]) { rules, other, _ in try rules.setGroups(groups, of: other, by: user) }
    }
    return PresenceListResult(failed: failed)
  }

  // MARK: Effects

  private func apply(_ step: (inout PresenceRules, Moment) -> [PresenceEffect]) {
    perform(step(&rules, time.now))
  }

  private func perform(_ effects: [PresenceEffect]) {
    for effect in effects {
      switch effect {
      case .presenceChanged(let user, let toOthers):
        // Whether each of them may see it is asked when they come for it.
        let others = toOthers ? rules.lists.audience(of: user).sorted() : []
        hub.publish(index.presenceChanged(user, to: others))
      case .listChanged(let owner, let event):
        hub.publish(index.listChanged(of: owner, event))
      case .inviteChanged(let event):
        hub.publish(index.inviteChanged(event))
      case .endStreams(let user, let device):
        hub.end(Device(user: user, id: device))
      case .pollingChanged:
        // Only subscriptions to other servers hang on it.
        break
      case .tellPeer(let peer, _):
        // Nothing carries messages to other servers, so nobody there answers, and their people are unknown
        // for that reason.
        perform(rules.peerIsSilent(peer))
      }
    }
    if let due = rules.nextDeadline, armed.map({ due < $0 }) ?? true {
      armed = due
      alarm.ring()
    }
  }

  // MARK: Tokens

  private func token(_ version: UInt64) -> SyncToken {
    guard let token = SyncToken("p\(version)") else { preconditionFailure("a number makes a token") }
    return token
  }

  private func version(in token: SyncToken) -> UInt64? {
    token.rawValue.hasPrefix("p") ? UInt64(token.rawValue.dropFirst()) : nil
  }
}
