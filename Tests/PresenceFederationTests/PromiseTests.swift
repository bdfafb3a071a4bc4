internal import MatrixWire
internal import PorchlightTestSupport
internal import PresenceCore
internal import PresenceFederation
internal import Testing

/// How long what a server said is believed.
@Suite struct PromiseTests {
  @Test func aServerThatTakesRemindersAndSaysNothingIsNotBelievedForEver() throws {
    var server = try LoneServer.annAsksForBob()
    var said = PresenceEDU.answer(server.bob)
    said.promise = 600_000
    try server.succeed(said)
    try server.wait(.seconds(590)) { try $0.succeed() }
    #expect(server.rules.remoteState(of: server.bob) == .online)
    try server.wait(.seconds(1200)) { try $0.succeed() }
    #expect(server.rules.remoteState(of: server.bob) ?? .unknown == .unknown)
  }

  @Test func aServerThatRenewsItsPromiseIsBelieved() throws {
    var server = try LoneServer.annAsksForBob()
    var said = PresenceEDU.answer(server.bob)
    said.promise = 600_000
    try server.succeed(said)
    let again = said
    try server.wait(.seconds(24 * 3600)) { server in
      try server.succeed(server.presence().role == .reminder ? again : nil)
    }
    #expect(server.rules.remoteState(of: server.bob) == .online)
    #expect(server.status?.isSilent == false)
  }

  @Test func whatAServerOfTodaySaidIsBelievedForHalfAnHour() throws {
    var server = try LoneServer.annAsksForBob()
    try server.succeed(epoch: nil)
    try server.wait(.seconds(1000)) { try $0.succeed(epoch: nil) }
    var said = PresenceEDU()
    said.push = PresenceEDU.answer(server.bob, sequence: nil).push
    try server.receive(.presence(said), epoch: nil)
    #expect(server.rules.remoteState(of: server.bob) == .online)
    try server.wait(.seconds(29 * 60)) { try $0.succeed(epoch: nil) }
    #expect(server.rules.remoteState(of: server.bob) == .online)
    try server.wait(.seconds(61)) { try $0.succeed(epoch: nil) }
    #expect(server.rules.remoteState(of: server.bob) ?? .unknown == .unknown)
  }

  @Test func theEconomicalWatchdogLooksCloselyAfterAMiss() throws {
    var server = try LoneServer.annAsksForBob(policy: .economical)
    try server.succeed(.answer(server.bob))
    try server.wait(.seconds(2000)) { try $0.succeed(.answer($0.bob)) }
    // Some time within four minutes the next one goes, is missed once, and heard the second time.
    var missed = false
    while !missed {
      try server.wait(.seconds(1)) { server in
        try server.fail(.noAnswer)
        missed = true
      }
    }
    try server.wait(.seconds(2)) { try $0.succeed(.answer($0.bob)) }
    var reminders = 0
    try server.wait(.seconds(119)) { server in
      reminders += 1
      try server.succeed(.answer(server.bob))
    }
    #expect(reminders == 1)
  }
}
