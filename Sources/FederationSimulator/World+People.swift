internal import MatrixWire
internal import Ports
internal import PresenceCore
internal import PresenceFederation

/// What people do: they come and go, set states and texts, and settle who may see them.
extension World {
  static let device = DeviceID("D")

  func planAct(of person: Int, within seconds: ClosedRange<Double>? = nil) {
    let wait = seconds.map { people[person].random.span($0) } ?? people[person].pause()
    guard now + wait < plan.end else { return }
    queue.plan(.act(person: person), at: now + wait)
  }

  func act(_ person: Int) {
    for saying in decide(person) { say(saying, by: person) }
    planAct(of: person)
  }

  /// What a person does next. Drawn alike whether or not their server runs, as far as it can be.
  private func decide(_ person: Int) -> [Saying] {
    let user = people[person].user
    guard people[person].wantsToBeOnline else { return people[person].random.happens(0.7) ? [.arrive] : [] }
    if people[person].isChatterbox { return [.text] }
    switch people[person].random.pick(0...99) {
    case 0..<30: return [.text]
    case 30..<42:
      let choices: [PresenceState] = [.online, .online, .busy, .unavailable, .hidden, .freeForChat, .offline]
      return [.choice(people[person].random.pick(of: choices) ?? .online)]
    case 42..<50: return [.idle]
    case 50..<58: return [.back]
    case 58..<66: return [.leave(closing: people[person].random.happens(0.5))]
    case 66..<71: return [.ask(anybody(but: user, person))]
    case 71..<76: return inviteAcross(person)
    case 76..<92: return answers(of: person)
    case 92..<95:
      let isAnew = people[person].random.happens(0.4)
      return pick(person) { $0.lists.entries(of: user).keys.sorted() }
        .map { [isAnew ? .askAnew($0) : .drop($0)] } ?? []
    default:
      // A text, and at the same instant an observer may not see it any more.
      let says: [Saying] = people[person].random.happens(0.7) ? [.text] : []
      return says + (pick(person) { $0.lists.observers(of: user).sorted() }.map { [.revoke($0)] } ?? [])
    }
  }

  /// An invite, and sometimes one the other way at the same time.
  private func inviteAcross(_ person: Int) -> [Saying] {
    let user = people[person].user
    let other = anybody(but: user, person)
    if people[person].random.happens(0.5), let place = places[other] {
      queue.plan(.say(person: place, .invite(user)), at: now + people[person].random.span(0...0.05))
    }
    return [.invite(other)]
  }

  private func answers(of person: Int) -> [Saying] {
    let user = people[person].user
    let waiting = servers[people[person].server].life?.rules.lists.invites(for: user).keys.sorted() ?? []
    return waiting.map { people[person].random.happens(0.75) ? .accept($0) : .deny($0) }
  }

  private func anybody(but user: UserID, _ person: Int) -> UserID {
    let other = scenario.people[people[person].random.pick(0...scenario.people.count - 1)].user
    return other == user ? scenario.people[(person + 1) % scenario.people.count].user : other
  }

  private func pick(_ person: Int, _ those: (PresenceRules) -> [UserID]) -> UserID? {
    let candidates = servers[people[person].server].life.map { those($0.rules) } ?? []
    // A pair of chatterboxes stays one.
    guard let other = people[person].random.pick(of: candidates) else { return nil }
    return places[other].map { people[$0].isChatterbox } == true ? nil : other
  }

  func reconnect(_ person: Int, _ life: Int) {
    guard servers[people[person].server].life?.number == life, people[person].wantsToBeOnline,
      people[person].stream == nil
    else { return }
    say(.arrive, by: person)
  }

  // MARK: Done

  /// Does it, if the server runs; what cannot be done leaves everything as it was.
  func say(_ saying: Saying, by person: Int) {
    let (user, server) = (people[person].user, people[person].server)
    note("\(user): \(saying)")
    switch saying {
    case .arrive:
      people[person].wantsToBeOnline = true
      guard people[person].stream == nil else { return }
      openStream(of: person)
    case .leave(let closing):
      people[person].wantsToBeOnline = false
      closeStream(of: person, closing: closing)
    case .text, .choice: setStatus(of: person, saying)
    case .status(let update):
      choose(update.presence, person)
      setStatus(of: person, to: update)
    case .idle: report(.init(idleness: .since(milliseconds: 1000)), by: person)
    case .back: report(.init(idleness: .active), by: person)
    case .ask(let other):
      guard other.server != servers[server].name else { return }
      input(to: server) { life, moment in life.query(other, moment) }
    case .invite(let other): change(user, other, at: server) { try? $0.invite(other, by: user, now: $1) }
    case .accept(let other): change(other, user, at: server) { try? $0.accept(other, by: user, now: $1) }
    case .deny(let other): change(other, user, at: server) { try? $0.deny(other, by: user, now: $1) }
    case .drop(let other): change(user, other, at: server) { $0.drop(other, by: user, now: $1) }
    case .askAnew(let other):
      change(user, other, at: server) { rules, moment in
        let dropped = rules.drop(other, by: user, now: moment)
        return dropped + ((try? rules.invite(other, by: user, now: moment)) ?? [])
      }
    case .revoke(let other):
      noteQueuedPush(of: user, to: other)
      change(other, user, at: server) { $0.revoke(other, by: user, now: $1) }
    }
  }

  /// Something between two people.
  private func change(
    _ owner: UserID, _ observed: UserID, at server: Int,
    _ body: (inout PresenceRules, Moment) -> [PresenceEffect]?
  ) {
    oracle.relationTouched(.init(owner: owner, observed: observed), at: now)
    input(to: server) { life, moment in
      life.handle(body(&life.rules, moment) ?? [], moment)
    }
  }

  private func openStream(of person: Int) {
    let user = people[person].user
    guard let device = Self.device else { return }
    var opened: StreamID?
    let runs = input(to: people[person].server) { life, moment in
      guard
        let (stream, effects) = try? life.rules.streamOpened(
          of: user, on: device, PollIntent(setPresence: .online, looks: true), now: moment)
      else { return AppliedStep() }
      opened = stream
      return life.handle(effects, moment)
    }
    if runs { people[person].stream = opened }
  }

  private func closeStream(of person: Int, closing: Bool) {
    guard let stream = people[person].stream, let device = Self.device else { return }
    let user = people[person].user
    people[person].stream = nil
    input(to: people[person].server) { life, moment in
      let effects =
        closing
        ? life.rules.report(of: user, on: device, DeviceReport(closing: true), now: moment)
        : life.rules.streamEnded(stream, of: user, on: device, now: moment)
      return life.handle(effects, moment)
    }
  }

  private func report(_ report: DeviceReport, by person: Int) {
    guard people[person].stream != nil, let device = Self.device else { return }
    let user = people[person].user
    input(to: people[person].server) { life, moment in
      life.handle(life.rules.report(of: user, on: device, report, now: moment), moment)
    }
  }

  private func setStatus(of person: Int, _ saying: Saying) {
    if case .choice(let choice) = saying { choose(choice, person) }
    setStatus(
      of: person,
      to: StatusUpdate(presence: people[person].choice, statusMessage: people[person].nextText()))
  }

  private func choose(_ choice: PresenceState, _ person: Int) {
    let user = people[person].user
    if people[person].choice == .hidden || choice == .hidden { oracle.stanceTouched(user, at: now) }
    if choice == .hidden { oracle.everHidden.insert(user) }
    people[person].choice = choice
  }

  private func setStatus(of person: Int, to update: StatusUpdate) {
    let (user, server) = (people[person].user, people[person].server)
    input(to: server) { life, moment in
      life.handle(
        (try? life.rules.setStatus(of: user, to: update, on: Self.device, now: moment)) ?? [], moment)
    }
  }

  /// A change of theirs waits for the other's server, and now the other may not see it.
  private func noteQueuedPush(of user: UserID, to other: UserID) {
    guard let home = indices[user.server], let away = indices[other.server], home != away,
      let life = servers[home].life, let said = oracle.lastPushed(user, to: away),
      let latest = oracle.timelines[user]?.entries.last, said < latest.from,
      life.engine.status(now: servers[home].now(at: now)).contains(where: {
        $0.name == other.server && $0.backlog > 0 && $0.watchedByThem.contains(user)
      })
    else { return }
    reach(.denialWhilePushQueued)
  }
}
