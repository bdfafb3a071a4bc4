internal import MatrixWire
internal import PorchlightTestSupport
internal import PresenceCore
internal import PresenceFederation
internal import Testing

/// Questions of the moment.
@Suite struct OnceTests {
  /// What came of the question for Bob, where something did.
  private func answers(_ server: LoneServer) -> [PresenceState?] {
    server.asked.compactMap { effect in
      if case .answeredOnce(server.bob, let content) = effect { .some(content?.state) } else { nil }
    }
  }

  @Test func anAnswerInTheResponseIsOne() throws {
    var server = try LoneServer()
    server.askOnce(server.bob)
    #expect(try server.presence().once == [server.bob])
    try server.succeed(.answer(server.bob))
    #expect(answers(server) == [.online])
    #expect(server.status == nil)
  }

  @Test func anAnswerByAMessageOfItsOwnIsOne() throws {
    var server = try LoneServer()
    server.askOnce(server.bob)
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
    server.askOnce(server.bob)
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
    server.askOnce(server.bob)
    try server.succeed()
    server.wait(.seconds(11))
    #expect(server.status == nil)
    try server.receive(.presence(.answer(server.bob)))
    #expect(answers(server).isEmpty)
    #expect(try server.presence().unpoll == [server.bob])
  }

  @Test func aServerOfTodayHasNoSuchQuestion() throws {
    var server = try LoneServer.annAsksForBob()
    try server.succeed(epoch: nil)
    server.askOnce(server.bob)
    #expect(answers(server) == [nil])
  }

  @Test func numbersOfTransactionsTellNothingOfOtherServers() throws {
    var server = try LoneServer()
    let green = try UserID("@gus:green").orThrow("a name")
    for _ in 0..<50 {
      server.askOnce(green)
      try server.succeed()
    }
    server.askOnce(server.bob)
    #expect(try server.oldest().transaction.order?.number == 1)
    try server.succeed()
    server.askOnce(server.bob)
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
      server.askOnce(server.bob)
      try server.succeed(.answer(server.bob))
      #expect(server.status == nil)
    }
    server.askOnce(server.bob)
    #expect(server.status?.sent == [.subscribe: 4])
  }

  @Test func aServerThatWasForgottenIsNotToldANumberAgain() throws {
    var server = try LoneServer()
    var numbers: [Int64] = []
    for _ in 0..<5 {
      server.askOnce(server.bob)
      numbers.append(try server.oldest().transaction.order?.number ?? 0)
      try server.succeed(.answer(server.bob))
      #expect(server.status == nil)
    }
    #expect(numbers == numbers.sorted() && Set(numbers).count == 5)
  }

  /// An answer of every size comes again when it was lost.
  @Test(arguments: [1, 90]) func aQuestionThatIsRepeatedIsAnsweredAgain(_ count: Int) throws {
    var server = try LoneServer()
    var people: [UserID] = []
    for number in 0..<count {
      let name = String(repeating: "x", count: 200)
      let user = try UserID("@\(name)\(number):red").orThrow("a name")
      try server.register(user)
      people.append(user)
    }
    var question = PresenceEDU()
    question.epoch = 7
    question.poll = people
    question.wantsInlineAnswer = true
    let answer = try server.receive(.presence(question))
    #expect(Set(answer.answer?.push.map(\.userID) ?? []) == Set(people))
    #expect(try server.receive(.presence(question), again: true) == answer)
    #expect(server.status?.watchedByThem.count == count)
  }

  @Test func nobodyIsSaidTwiceInOneAnswer() throws {
    var server = try LoneServer()
    let carl = try UserID("@carl:red").orThrow("a name")
    try server.register(carl)
    var question = PresenceEDU()
    question.epoch = 7
    question.poll = [carl]
    question.wantsInlineAnswer = true
    let answer = try server.receive(.presence(question), .presence(question), .presence(question))
    #expect(answer.answer?.push.map(\.userID) == [carl])
  }
}
