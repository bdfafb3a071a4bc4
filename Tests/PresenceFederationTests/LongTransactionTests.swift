import FederationSimulator
import MatrixWire
import PorchlightTestSupport
import Ports
import PresenceCore
import Testing

@testable import PresenceFederation

/// A transaction may name tens of thousands of people: it is taken a few of them at a time.
struct LongTransactionTests {
  private static let now = Moment(instant: .origin, wall: WallTime(milliseconds: 1_700_000_000_000))
  private let red: ServerName
  private let blue: ServerName

  init() throws {
    red = try ServerName("red").orThrow("a name")
    blue = try ServerName("blue").orThrow("a name")
  }

  private func transaction() throws -> Transaction {
    let names = try (0..<1_000).map { try UserID("@p\($0):red").orThrow("a name") }
    var asking = PresenceEDU()
    asking.epoch = 7
    asking.wantsInlineAnswer = true
    asking.poll = Array(names.prefix(600))
    asking.queries = Array(names.suffix(400))
    var saying = PresenceEDU()
    saying.epoch = 7
    saying.push = try (0..<50).map { number in
      .init(
        userID: try UserID("@q\(number):blue").orThrow("a name"), content: PresenceContent(state: .online),
        sequence: 1)
    }
    var messages: [EDU] = []
    for number in 0..<40 {
      let observer = try UserID("@q\(number):blue").orThrow("a name")
      messages.append(.list(ListEDU(.invite, observer: observer, observed: names[number], inviteID: 1)))
    }
    return Transaction(
      id: "1", origin: blue, sentAt: 1, edus: [.presence(asking), .presence(saying)] + messages,
      order: .init(epoch: 7, number: 1))
  }

  private func world() throws -> (FederationEngine, PresenceRules) {
    var rules = PresenceRules(server: red, autoAccept: .always)
    for number in 0..<20 { rules.register(try UserID("@p\(number):red").orThrow("a name"), now: Self.now) }
    return (FederationEngine(server: red, epoch: 1_000, seed: 1), rules)
  }

  @Test func aTransactionIsTakenInPartsAndAnsweredAsAWhole() throws {
    let transaction = try transaction()
    var (engine, rules) = try world()
    let whole = try rules.receive(transaction, by: &engine, now: Self.now)

    var (slow, slowRules) = try world()
    var reception = try slow.begin(transaction, now: Self.now)
    var (parts, effects) = (0, [PresenceEffect]())
    while !reception.isDone {
      effects += reception.beginPart(of: 64, on: &slowRules, now: Self.now)
      effects += slowRules.apply(slow.receive(&reception, rules: slowRules, now: Self.now)).presence
      parts += 1
    }
    // 1,000 names, 50 states, and 40 messages that count for eight each.
    #expect(parts >= 1_370 / 64)
    #expect(effects == whole.step.presence)
    #expect(reception.answer.answer?.push == whole.answer.answer?.push)
    #expect(Set(reception.answer.answer?.refused ?? []) == Set(whole.answer.answer?.refused ?? []))
    #expect(reception.answer.answer?.push.count == 20)
    #expect(reception.answer.answer?.refused.count == 980)
    // It is known by its name, and not taken again.
    #expect(!slow.accepts(transaction))
  }

  @Test func aReminderInPartsEndsWhatItDoesNotName() throws {
    var (engine, rules) = try world()
    _ = try rules.receive(transaction(), by: &engine, now: Self.now)
    var reminder = PresenceEDU()
    reminder.epoch = 7
    reminder.role = .reminder
    reminder.wantsInlineAnswer = true
    reminder.poll = try (5..<700).map { try UserID("@p\($0):red").orThrow("a name") }
    let transaction = Transaction(
      id: "2", origin: blue, sentAt: 2, edus: [.presence(reminder)], order: .init(epoch: 7, number: 2))
    var reception = try engine.begin(transaction, now: Self.now)
    while !reception.isDone {
      _ = reception.beginPart(of: 64, on: &rules, now: Self.now)
      _ = rules.apply(engine.receive(&reception, rules: rules, now: Self.now))
    }
    let watched = engine.status(with: [], now: Self.now).first { $0.name == blue }?.watchedByThem ?? []
    #expect(watched.map(\.localpart).sorted() == (5..<20).map { "p\($0)" }.sorted())
  }
}
