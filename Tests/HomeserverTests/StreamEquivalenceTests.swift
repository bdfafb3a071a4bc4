import MatrixWire
import OrderedCollections
import PorchlightSDK
import PorchlightTestSupport
import Ports
import Testing

/// A client that follows a server's deltas knows as much as one that asks it anew.
struct StreamEquivalenceTests {
  /// Four people who do at random what people do. Ann listens all the time.
  private final class Life {
    let simulation = Simulation()
    let server: TestHomeserver
    let people: [Session]
    let screen: Listener
    private var random: SeededGenerator
    private var listeners: [Int: Listener] = [:]
    /// Who hides or appears offline: their new names are said when they show themselves again.
    private(set) var hiding: Set<UserID> = []

    var ann: Session { people[0] }

    init(seed: UInt64) throws {
      random = SeededGenerator(seed: seed)
      let server = try TestHomeserver(simulation)
      self.server = server
      people = try ["ann", "bob", "cem", "dee"].map { try server.register($0) }
      screen = server.connect(people[0])
    }

    private func draw(_ count: Int) -> Int { Int.random(in: 0..<count, using: &random) }

    /// One act of one user; what a server refuses did not happen.
    func step() throws {
      let (index, other) = (draw(4), people[draw(4)].userID)
      let actor = people[index]
      switch draw(14) {
      case 0, 1: try act { try await actor.invite(other) }
      case 2, 3: try act { try await actor.accept(other) }
      case 4: try act { try await actor.deny(other) }
      case 5: try act { try await actor.revoke(other) }
      case 6: try act { try await actor.drop(other) }
      case 7, 8:
        let states = [PresenceState.online, .freeForChat, .busy, .unavailable, .offline, .hidden]
        let (state, text) = (states[draw(states.count)], ["", "tea", "hush"][draw(3)])
        try act { try await actor.setStatus(state, text: text) }
        let hides = state == .offline || state == .hidden
        if hides { hiding.insert(actor.userID) } else { hiding.remove(actor.userID) }
      case 9:
        let name = ["", "One", "Two"][draw(3)]
        try act { try await actor.setDisplayName(name) }
      case 10: connect(index)
      case 11: try disconnect(index, saying: draw(2) == 0)
      case 12:
        let types = [DeviceType.web, .mobile, .terminal]
        let idle: DeviceReport.Idleness = draw(2) == 0 ? .active : .since(milliseconds: draw(400_000) + 1)
        let report = DeviceReport(idleness: idle, deviceType: types[draw(3)])
        try act { try await actor.report(report) }
      default: simulation.advance(by: .seconds(draw(100)))
      }
      simulation.advance(by: .milliseconds(draw(400)))
    }

    private func act(_ body: @escaping @Sendable () async throws -> Void) throws {
      try simulation.run { do { try await body() } catch is SDKError {} }
    }

    private func connect(_ index: Int) {
      if index > 0, listeners[index] == nil { listeners[index] = server.connect(people[index]) }
    }

    private func disconnect(_ index: Int, saying goodBye: Bool) throws {
      guard let listener = listeners.removeValue(forKey: index) else { return }
      listener.vanish()
      let session = people[index]
      if goodBye { try act { try await session.close() } }
    }

    /// What a complete answer says to Ann now.
    func fresh() throws -> Roster {
      var roster = Roster(userID: ann.userID)
      _ = roster.apply(try poll(since: nil), isComplete: true, at: simulation.time.instant)
      return roster
    }

    func poll(since: SyncToken?) throws -> SyncAnswer {
      try simulation.run { [ann] in try await ann.sync(since: since, wait: .zero, as: .offline) }
    }
  }

  /// A roster as it can be compared: ages apart, invites without their order, people who hide without
  /// names.
  private struct Known: Hashable {
    var own: OwnPresence
    var people: [String]
    var invites: Set<String>

    init(_ roster: Roster, hiding: Set<UserID>) {
      own = roster.own
      people = roster.watched.map { contact in
        let name = hiding.contains(contact.userID) ? nil : contact.displayName
        return
          "\(contact.userID) \(contact.relation?.rawValue ?? "-") \(contact.state) \(contact.currentlyActive) "
          + "\(contact.statusText ?? "-") \(name ?? "-") \(contact.deviceTypes) "
          + "\(contact.idleSince != nil) \(String(describing: contact.unknownReason))"
      }
      invites = Set(
        roster.asking.map { invite in
          "\(invite.observer) \(invite.receivedAt) "
            + "\(hiding.contains(invite.observer) ? "-" : invite.displayName ?? "-")"
        })
    }
  }

  /// Ages may differ by what is no news: by a millisecond of rounding; while a user is active, by the minute
  /// in which further activity is not told (Protocol 5.4).
  private func agesAgree(_ live: Roster, _ fresh: Roster) -> Bool {
    func near(_ left: Instant?, _ right: Instant?, _ tolerance: Duration) -> Bool {
      guard let left, let right else { return left == right }
      return max(left - right, right - left) <= tolerance
    }
    return live.watched.allSatisfy { contact in
      guard let other = fresh.contact(contact.userID) else { return false }
      return near(contact.idleSince, other.idleSince, .milliseconds(1))
        && near(contact.lastActive, other.lastActive, other.currentlyActive ? .seconds(60) : .milliseconds(1))
    }
  }

  @Test(arguments: UInt64(1)...6)
  func aListenerKnowsWhatACompleteAnswerSays(seed: UInt64) throws {
    let life = try Life(seed: seed)
    for _ in 0..<150 {
      try life.step()
      life.simulation.advance(by: .seconds(1))
      let fresh = try life.fresh()
      #expect(
        Known(life.screen.roster, hiding: life.hiding) == Known(fresh, hiding: life.hiding))
      #expect(agesAgree(life.screen.roster, fresh))
    }
  }

  /// Deltas over many changes at once, ends and new beginnings among them.
  @Test(arguments: UInt64(101)...106)
  func whoComesBackLateKnowsWhatACompleteAnswerSays(seed: UInt64) throws {
    let life = try Life(seed: seed)
    var late = Roster(userID: life.ann.userID)
    var since: SyncToken?
    for round in 1...48 {
      for _ in 0..<(round % 12) { try life.step() }
      let answer = try life.poll(since: since)
      _ = late.apply(answer, isComplete: since == nil, at: life.simulation.time.instant)
      since = answer.nextBatch
      let fresh = try life.fresh()
      #expect(Known(late, hiding: life.hiding) == Known(fresh, hiding: life.hiding))
      #expect(agesAgree(late, fresh))
    }
  }
}
