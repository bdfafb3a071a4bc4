internal import MatrixWire
internal import Ports
internal import PresenceCore
internal import PresenceFederation
internal import Testing

/// Two servers watch each other, as Protocol 6.6 says.
struct EngineTests {
  @Test(arguments: PresencePolicy.allCases) func aFriendOnAnotherServerIsSeen(_ policy: PresencePolicy) throws
  {
    var friends = try Friends.annSeesBob(policy: policy)
    #expect(friends.bobSeenByAnn?.unknownReason == .unanswered)
    try friends.connect(friends.ann)
    friends.servers.wait(.seconds(2))
    #expect(friends.bobSeenByAnn?.state == .offline)
    try friends.connect(friends.bob)
    friends.servers.wait(.seconds(15))
    #expect(friends.bobSeenByAnn?.state == .online)
    try friends.set(.busy, "at work", of: friends.bob)
    friends.servers.wait(.seconds(15))
    #expect(friends.bobSeenByAnn?.state == .busy)
    #expect(friends.bobSeenByAnn?.statusMessage == "at work")
  }

  @Test(arguments: PresencePolicy.allCases) func aServerThatVanishesIsUnknownInTime(_ policy: PresencePolicy)
    throws
  {
    var friends = try Friends.annSeesBob(policy: policy)
    try friends.connect(friends.ann)
    try friends.connect(friends.bob)
    friends.servers.wait(.seconds(900))
    #expect(friends.bobSeenByAnn?.state == .unavailable)
    friends.servers.cut(friends.ann.server, friends.bob.server)
    friends.servers.wait(policy == .economical ? .seconds(251) : .seconds(71))
    #expect(friends.bobSeenByAnn?.state == .unknown)
    #expect(friends.bobSeenByAnn?.unknownReason == .unreachable)
    friends.servers.cuts = []
    friends.servers.wait(.seconds(45))
    #expect(friends.bobSeenByAnn?.state == .unavailable)
  }

  @Test(arguments: PresencePolicy.allCases) func aServerThatStartsAnewIsAskedAgain(_ policy: PresencePolicy)
    throws
  {
    var friends = try Friends.annSeesBob(policy: policy)
    try friends.connect(friends.ann)
    friends.servers.wait(.seconds(20))
    try friends.servers.start(friends.bob.server)
    friends.servers.wait(.seconds(10))
    try friends.connect(friends.bob)
    friends.servers.wait(.seconds(15))
    #expect(friends.bobSeenByAnn?.state == .online)
  }

  @Test func nobodyLooksAndNothingIsSaid() throws {
    var friends = try Friends.annSeesBob()
    try friends.connect(friends.ann)
    friends.servers.wait(.seconds(120))
    try friends.disconnect(friends.ann)
    friends.servers.wait(.seconds(300))
    let before = friends.servers.carried.count
    try friends.connect(friends.bob)
    try friends.set(.busy, "unseen", of: friends.bob)
    friends.servers.wait(.seconds(86_400))
    #expect(friends.servers.carried.count == before)
    #expect(friends.servers.servers.values.allSatisfy { $0.engine.status(now: friends.servers.now).isEmpty })
  }

  @Test func aRevocationEndsWhatIsSeen() throws {
    var friends = try Friends.annSeesBob()
    try friends.connect(friends.ann)
    try friends.connect(friends.bob)
    friends.servers.wait(.seconds(30))
    let (ann, bob) = (friends.ann, friends.bob)
    try friends.set(.busy, "secret", of: bob)
    friends.servers.on(bob.server) { $0.revoke(ann, by: bob, now: $1) }
    friends.servers.wait(.seconds(60))
    #expect(friends.servers.servers[ann.server]?.rules.lists.entry(of: ann, for: bob) == nil)
    let pushes = friends.servers.carried.flatMap(\.outbound.transaction.edus)
    #expect(
      !pushes.contains { edu in
        if case .presence(let presence) = edu {
          presence.push.contains { $0.content.statusMessage == "secret" }
        } else {
          false
        }
      })
  }

  /// One exchange in 54 to 60 s, with its answer in a message of its own or not; then in 216 to 240 s.
  @Test(arguments: [
    (PresencePolicy.literal, 2 * 480...2 * 540), (.tight, 480...540), (.economical, 120...145),
  ])
  func watchingCostsWhatThePolicySays(_ policy: PresencePolicy, _ messages: ClosedRange<Int>) throws {
    var friends = try Friends.annSeesBob(policy: policy)
    try friends.connect(friends.ann)
    try friends.connect(friends.bob)
    friends.servers.wait(.seconds(8 * 3600))
    #expect(messages.contains(friends.servers.carried.count), "\(friends.servers.carried.count)")
  }
}
