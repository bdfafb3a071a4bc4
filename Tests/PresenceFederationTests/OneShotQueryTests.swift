internal import MatrixWire
internal import PorchlightTestSupport
internal import PresenceCore
internal import PresenceFederation
internal import Testing

/// One-shot queries: the state of a user now, and no promise.
@Suite struct OneShotQueryTests {
  /// What the queries for Bob were answered with, where they were.
  private func answers(_ server: LoneServer) -> [PresenceState?] {
    server.asked.compactMap { effect in
      if case .queryAnswered(server.bob, let content) = effect { .some(content?.state) } else { nil }
    }
  }

  @Test func anAnswerInTheResponseIsOne() throws {
    var server = try LoneServer()
    server.query(server.bob)
    #expect(try server.presence().queries == [server.bob])
    try server.succeed(.answer(server.bob))
    #expect(answers(server) == [.online])
    #expect(server.status == nil)
  }

  @Test func anAnswerByAMessageOfItsOwnIsOne() throws {
    var server = try LoneServer()
    server.query(server.bob)
    try server.succeed()
    try server.receive(.presence(.answer(server.bob)))
    #expect(answers(server) == [.online])
    // What was asked for is not declined.
    #expect(server.sent.isEmpty)
    server.wait(.seconds(60))
    #expect(server.status == nil)
  }

  @Test func aRefusalByAMessageOfItsOwnIsAnAnswer() throws {
    var server = try LoneServer()
    server.query(server.bob)
    try server.succeed()
    var said = PresenceEDU()
    said.role = .answer
    said.epoch = 7
    said.refused = [server.bob]
    try server.receive(.presence(said))
    #expect(answers(server) == [nil])
  }

  @Test func anAnswerThatComesLateIsDeclined() throws {
    var server = try LoneServer()
    server.query(server.bob)
    try server.succeed()
    server.wait(.seconds(11))
    #expect(server.status == nil)
    try server.receive(.presence(.answer(server.bob)))
    #expect(answers(server).isEmpty)
    #expect(try server.presence().unpoll == [server.bob])
  }

  @Test func aServerOfTodayHasNoSuchQuery() throws {
    var server = try LoneServer.annAsksForBob()
    try server.succeed(epoch: nil)
    server.query(server.bob)
    #expect(answers(server) == [nil])
  }

  @Test func numbersOfTransactionsTellNothingOfOtherServers() throws {
    var server = try LoneServer()
    let green = try UserID("@gus:green").orThrow("a name")
    for _ in 0..<50 {
      server.query(green)
      try server.succeed()
    }
    server.query(server.bob)
    #expect(try server.oldest().transaction.order?.number == 1)
    try server.succeed()
    server.query(server.bob)
    #expect(try server.oldest().transaction.order?.number == 2)
  }

  @Test func eventsOfRoomsAreRefusedByName() throws {
    var server = try LoneServer()
    var transaction = Transaction(id: "1", origin: server.blue, sentAt: 0)
    transaction.pdus = ["$event"]
    #expect(try server.receive(transaction).pdus.keys.sorted() == ["$event"])
  }

  @Test func whatWasSentIsCountedBeyondForgetting() throws {
    var server = try LoneServer()
    for _ in 0..<3 {
      server.query(server.bob)
      try server.succeed(.answer(server.bob))
      #expect(server.status == nil)
    }
    server.query(server.bob)
    #expect(server.status?.sent == [.subscribe: 4])
  }

  @Test func aServerThatWasForgottenIsNotToldANumberAgain() throws {
    var server = try LoneServer()
    var numbers: [Int64] = []
    for _ in 0..<5 {
      server.query(server.bob)
      numbers.append(try server.oldest().transaction.order?.number ?? 0)
      try server.succeed(.answer(server.bob))
      #expect(server.status == nil)
    }
    #expect(numbers == numbers.sorted() && Set(numbers).count == 5)
  }

  /// An answer of every size comes again when it was lost.
  @Test(arguments: [1, 90]) func aTransactionThatIsRepeatedIsAnsweredAgain(_ count: Int) throws {
    var server = try LoneServer()
    var people: [UserID] = []
    for number in 0..<count {
      let name = String(repeating: "x", count: 200)
      let user = try UserID("@\(name)\(number):red").orThrow("a name")
      try server.register(user)
      people.append(user)
    }
    var asking = PresenceEDU()
    asking.epoch = 7
    asking.poll = people
    asking.wantsInlineAnswer = true
    let answer = try server.receive(.presence(asking))
    #expect(Set(answer.answer?.push.map(\.userID) ?? []) == Set(people))
    #expect(try server.receive(.presence(asking), again: true) == answer)
    #expect(server.status?.watchedByThem.count == count)
  }

  @Test func nobodyIsSaidTwiceInOneAnswer() throws {
    var server = try LoneServer()
    let carl = try UserID("@carl:red").orThrow("a name")
    try server.register(carl)
    var asking = PresenceEDU()
    asking.epoch = 7
    asking.poll = [carl]
    asking.wantsInlineAnswer = true
    let answer = try server.receive(.presence(asking), .presence(asking), .presence(asking))
    #expect(answer.answer?.push.map(\.userID) == [carl])
  }
}
