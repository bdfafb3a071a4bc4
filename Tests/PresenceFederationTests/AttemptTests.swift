internal import MatrixWire
internal import PorchlightTestSupport
internal import PresenceCore
internal import PresenceFederation
internal import Testing

/// What becomes of attempts that come to nothing.
@Suite struct AttemptTests {
  @Test func aServerThatIsBusyIsNoSilentOne() throws {
    var server = try LoneServer.annAsksForBob()
    try server.succeed(.answer(server.bob))
    try server.wait(.seconds(600)) { try $0.fail(.busy) }
    #expect(server.status?.isSilent == false)
    #expect(server.rules.remoteState(of: server.bob) == .online)
  }

  @Test func aServerThatDoesNotAnswerIsSilentAtTheSecondTime() throws {
    var server = try LoneServer.annAsksForBob()
    try server.fail(.noAnswer)
    #expect(server.status?.isSilent == false)
    server.wait(.seconds(1))
    try server.fail(.noAnswer)
    #expect(server.status?.isSilent == true)
    // It is tried again in the end, and that is what it takes.
    try server.wait(.seconds(3)) { if !$0.sent.isEmpty { try $0.succeed(.answer($0.bob)) } }
    #expect(server.status?.isSilent == false)
  }

  @Test func whatIsRefusedGoesInSmallerPartsAndHoldsUpNothing() throws {
    var server = try LoneServer()
    let people = try (0..<40).map { try UserID("@p\($0):blue").orThrow("a name") }
    for person in people { try server.invite(person) }
    // The first goes by itself, the others after it.
    try server.succeed()
    var taken: [UserID] = [people[0]]
    // A minute later they are asked again.
    try server.wait(.seconds(50)) { server in
      let messages = try server.oldest().transaction.edus.compactMap { edu in
        if case .list(let message) = edu { message.observed } else { nil }
      }
      // Blue takes ten at a time, and never the thirteenth.
      if messages.count > 10 || messages.contains(people[13]) {
        try server.fail(.refused)
      } else {
        taken += messages
        try server.succeed()
      }
    }
    #expect(Set(people).subtracting(taken) == [people[13]])
    #expect(server.sent.isEmpty)
    #expect(server.status?.backlog == 1)
    // Others were asked again meanwhile; in the end blue takes that one too.
    try server.wait(.seconds(300)) { server in
      for case .list(let message) in try server.oldest().transaction.edus { taken.append(message.observed) }
      try server.succeed()
    }
    #expect(Set(taken) == Set(people))
    #expect(server.status == nil)
  }

  @Test func aServerThatSpeaksAllTheTimeIsNotCalledAllTheTime() throws {
    var server = try LoneServer.annAsksForBob()
    try server.fail(.noAnswer)
    var attempts = 0
    for _ in 0..<100 {
      server.wait(.milliseconds(100))
      try server.receive(.presence(PresenceEDU()))
      server.wait(.zero)
      if !server.sent.isEmpty {
        attempts += 1
        try server.fail(.noAnswer)
      }
    }
    #expect((5...11).contains(attempts), "\(attempts)")
  }

  @Test func anInviteToNobodyIsTriedLessAndLess() throws {
    var server = try LoneServer()
    try server.invite(server.bob)
    var attempts = 0
    try server.wait(.seconds(24 * 3600)) { server in
      attempts += 1
      try server.fail(.noAnswer)
    }
    // Five while the wait doubles, two a minute in the rest of the first hour, one an hour after it.
    #expect((130...170).contains(attempts), "\(attempts)")
  }

  @Test func anInviteThatWasNeverHeardOfIsTakenBackInVainAFewTimesOnly() throws {
    var server = try LoneServer()
    try server.invite(server.bob)
    try server.fail(.noAnswer)
    let (ann, bob) = (server.ann, server.bob)
    server.on { $0.drop(bob, by: ann, now: $1) }
    try server.wait(.seconds(24 * 3600)) { try $0.fail(.noAnswer) }
    #expect(server.status == nil)
    #expect(
      server.asked.contains { effect in
        if case .delivered(_, let message) = effect { message.kind == .drop } else { false }
      })
  }

  /// Its row would be sent after a start, and end what the invite led to.
  @Test func aDropThatAnInviteOvertakesIsForgotten() throws {
    var server = try LoneServer.annAsksForBob()
    try server.succeed(.answer(server.bob))
    // Nobody is asked twice in a minute.
    try server.wait(.seconds(70)) { try $0.succeed(.answer($0.bob)) }
    let (ann, bob) = (server.ann, server.bob)
    server.on { $0.drop(bob, by: ann, now: $1) }
    try server.fail(.noAnswer)
    try server.invite(bob)
    server.wait(.seconds(2))
    let messages = try server.oldest().transaction.edus.compactMap { edu in
      if case .list(let message) = edu { message.kind } else { nil }
    }
    #expect(messages == [.invite])
    #expect(
      server.asked.contains { effect in
        if case .delivered(_, let message) = effect { message.kind == .drop } else { false }
      })
  }

  /// Bob's server may have lost the invite before Bob answered it.
  @Test func anInviteThatIsSentAnewIsRepeatedFromTheBeginning() throws {
    var server = try LoneServer()
    let (ann, bob) = (server.ann, server.bob)
    try server.invite(bob)
    try server.wait(.seconds(7_200)) { try $0.succeed() }
    server.on { $0.drop(bob, by: ann, now: $1) }
    try server.invite(bob)
    var invites = 0
    try server.wait(.seconds(90)) { server in
      for case .list(let message) in try server.oldest().transaction.edus where message.kind == .invite {
        invites += 1
      }
      try server.succeed()
    }
    #expect(invites == 2)
  }

  @Test func oneRefusalLosesNothing() throws {
    var server = try LoneServer.annAsksForBob()
    try server.fail(.refused)
    try server.wait(.seconds(301)) { try $0.succeed(.answer($0.bob)) }
    #expect(server.rules.remoteState(of: server.bob) == .online)
  }

  /// Refused is not answered: what it said before is believed no longer than if it were gone.
  @Test func aServerThatRefusesEveryReminderIsSilent() throws {
    var server = try LoneServer.annAsksForBob()
    try server.succeed(.answer(server.bob))
    #expect(server.rules.remoteState(of: server.bob) == .online)
    try server.wait(.seconds(71)) { try $0.fail(.refused) }
    #expect(server.status?.isSilent == true)
    #expect(server.rules.remoteState(of: server.bob) ?? .unknown == .unknown)
    // It is asked on, and no oftener than one that is gone.
    var attempts = 0
    try server.wait(.seconds(600)) { server in
      attempts += 1
      try server.fail(.refused)
    }
    #expect((15...40).contains(attempts), "\(attempts)")
    try server.wait(.seconds(31)) { try $0.succeed(.answer($0.bob)) }
    #expect(server.rules.remoteState(of: server.bob) == .online)
  }

  /// The older one would undo it.
  @Test func whatIsPutAsideIsForgottenForWhatIsNewer() throws {
    var server = try LoneServer()
    try server.invite(server.bob)
    try server.fail(.refused)
    let (ann, bob) = (server.ann, server.bob)
    server.on { $0.drop(bob, by: ann, now: $1) }
    var kinds: [ListEDU.Kind] = []
    try server.wait(.seconds(7_200)) { server in
      for case .list(let message) in try server.oldest().transaction.edus { kinds.append(message.kind) }
      try server.succeed()
    }
    #expect(kinds == [.drop])
  }
}
