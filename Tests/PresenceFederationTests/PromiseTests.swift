internal import MatrixWire
internal import PorchlightTestSupport
internal import Ports
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

  // MARK: Servers of today

  /// Blue speaks the standard only, and has said that Bob is online.
  private static func annSeesBobOfToday(seed: UInt64 = 1) throws -> LoneServer {
    var server = try LoneServer.annAsksForBob(seed: seed)
    try server.succeed(epoch: nil)
    try server.receive(.presence(.push(server.bob)), epoch: nil)
    return server
  }

  @Test func whatAServerOfTodayPushedIsKeptThoughNobodyLooks() throws {
    var server = try Self.annSeesBobOfToday()
    try server.lookAway()
    try server.wait(.seconds(29 * 60)) { try $0.succeed(epoch: nil) }
    #expect(server.rules.remoteState(of: server.bob) == .online)
    try server.look()
    let reason = server.rules.unknownReason(of: server.bob, for: server.ann)
    #expect(reason == nil)
  }

  @Test func whatAServerOfTodayPushedExpiresThoughNobodyLooks() throws {
    var server = try Self.annSeesBobOfToday()
    try server.lookAway()
    try server.wait(.seconds(31 * 60)) { try $0.succeed(epoch: nil) }
    #expect(server.rules.remoteState(of: server.bob) ?? .unknown == .unknown)
    #expect(server.status?.watchedByUs.isEmpty ?? true)
  }

  @Test func whatAServerOfTodayPushesWhileNobodyLooksIsKept() throws {
    var server = try Self.annSeesBobOfToday()
    try server.lookAway()
    try server.wait(.seconds(40 * 60)) { try $0.succeed(epoch: nil) }
    try server.receive(.presence(.push(server.bob, .unavailable)), epoch: nil)
    #expect(server.rules.remoteState(of: server.bob) == .unavailable)
    try server.look()
    #expect(server.rules.remoteState(of: server.bob) == .unavailable)
  }

  @Test(arguments: UInt64(1)...40)
  func theRefreshOfAServerOfTodayIsDrawnForIt(seed: UInt64) throws {
    let server = try Self.annSeesBobOfToday(seed: seed)
    let timer = try #require(server.status?.longTimer)
    #expect(timer - server.now.instant <= .seconds(29 * 60))
  }

  @Test func aNameThatAServerOfTodayDoesNotSendIsAskedForAndKept() throws {
    var server = try Self.annSeesBobOfToday()
    #expect(server.asked.count { $0 == .askProfile(server.bob) } == 1)
    let bob = server.bob
    server.on { rules, _ in rules.learn(Profile(displayName: "Bob"), of: bob) }
    try server.receive(.presence(.push(bob, .unavailable)), epoch: nil)
    #expect(server.asked.count { $0 == .askProfile(server.bob) } == 1)
    let content = server.rules.presence(of: bob, for: server.ann, now: server.now)
    #expect(content?.state == .unavailable)
    #expect(content?.displayName == "Bob")
  }

  @Test func aServerOfWhichThreeTransactionsWereTakenWasHeard() throws {
    var server = try LoneServer()
    for _ in 0..<3 { try server.receive(epoch: nil) }
    #expect(server.status == nil)
    let status = server.engine.status(with: [server.blue], now: server.now)
    #expect(status.map(\.lastHeard) == [server.now.instant])
  }
}
