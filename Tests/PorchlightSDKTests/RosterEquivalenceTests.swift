import MatrixWire
import OrderedCollections
import PorchlightSDK
import Ports
import Testing

/// A roster built from deltas equals one built from a complete answer.
struct RosterEquivalenceTests {
  /// What a server knows, and says whole or bit by bit.
  struct Server {
    struct Person {
      var relation: ListState
      var content: PresenceContent
      var lastActive: Instant
    }

    static let states: [PresenceState] = [
      .online, .unavailable, .busy, .offline, .freeForChat, .unknown, .other("dnd"),
    ]

    var list: OrderedDictionary<UserID, Person> = [:]
    var asking: OrderedDictionary<UserID, StreamEvent> = [:]
    var own = PresenceContent(state: .offline, choice: .online)

    func events(of user: UserID, at now: Instant) -> [StreamEvent] {
      guard let person = list[user] else { return [] }
      var content = person.content
      content.lastActiveAgo = (now - person.lastActive).wholeMilliseconds
      return [Sample.listed(user, person.relation), .presence(user, content)]
    }

    func everything(at now: Instant) -> SyncAnswer {
      Sample.answer(
        list.keys.flatMap { events(of: $0, at: now) } + asking.values + [.presence(Sample.me, own)])
    }

    /// Something happens; what a stream is told of it.
    mutating func happen(at now: Instant, using random: inout SeededGenerator) -> [StreamEvent] {
      let user = Sample.person("p\(Int.random(in: 0..<8, using: &random))")
      let state = Self.states.randomElement(using: &random) ?? .online
      let text = [nil, "", "hush", "tea"].randomElement(using: &random) ?? nil
      switch Int.random(in: 0..<8, using: &random) {
      case 0:
        let unknown = PresenceContent(state: .unknown, unknownReason: .pending)
        guard list[user] == nil else { return [] }
        list[user] = Person(relation: .pending, content: unknown, lastActive: now)
        return events(of: user, at: now)
      case 1:
        guard list.removeValue(forKey: user) != nil else { return [] }
        let reasons = [ListState.denied, .dropped, .revoked]
        return [Sample.listed(user, reasons.randomElement(using: &random) ?? .dropped)]
      case 2:
        let invite = Sample.asks(user, name: text)
        guard asking[user] == nil else { return [] }
        asking[user] = invite
        return [invite]
      case 3:
        guard asking.removeValue(forKey: user) != nil else { return [] }
        let answers = [InviteState.accepted, .denied, .withdrawn]
        return [Sample.asks(user, answers.randomElement(using: &random) ?? .denied)]
      case 4:
        own = PresenceContent(state: state, statusMessage: text, displayName: "Me", choice: .busy)
        return [.presence(Sample.me, own)]
      default:
        guard list[user] != nil else { return [Sample.present(user, state, "not on the list")] }
        let types: [DeviceType] = Bool.random(using: &random) ? [.web] : []
        list[user] = Person(
          relation: .accepted,
          content: PresenceContent(
            state: state, currentlyActive: Bool.random(using: &random), statusMessage: text,
            displayName: "Somebody", deviceTypes: types),
          lastActive: now - .seconds(Int.random(in: 0..<90, using: &random)))
        return events(of: user, at: now)
      }
    }
  }

  @Test(arguments: UInt64(1)...30)
  func deltasAddUpToTheWhole(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var server = Server()
    var live = Roster(userID: Sample.me)
    _ = live.apply(server.everything(at: .origin), isComplete: true, at: .origin)
    for second in 1...300 {
      let now = Sample.at(second)
      let events = server.happen(at: now, using: &random)
      let changes = live.apply(Sample.answer(events), isComplete: false, at: now)
      if events.isEmpty { #expect(changes.isEmpty) }

      var fresh = Roster(userID: Sample.me)
      _ = fresh.apply(server.everything(at: now), isComplete: true, at: now)
      #expect(live == fresh)
      var again = live
      #expect(again.apply(server.everything(at: now), isComplete: true, at: now) == [])
    }
  }

  @Test(arguments: UInt64(1)...10)
  func aCompleteAnswerAfterAGapCatchesUp(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var server = Server()
    var behind = Roster(userID: Sample.me)
    for second in 1...300 {
      let events = server.happen(at: Sample.at(second), using: &random)
      if second < 100 { _ = behind.apply(Sample.answer(events), isComplete: false, at: Sample.at(second)) }
    }
    var fresh = Roster(userID: Sample.me)
    _ = fresh.apply(server.everything(at: Sample.at(300)), isComplete: true, at: Sample.at(300))
    _ = behind.apply(server.everything(at: Sample.at(300)), isComplete: true, at: Sample.at(300))
    #expect(behind == fresh)
  }
}
