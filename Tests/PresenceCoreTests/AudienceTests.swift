import MatrixWire
import Ports
import PresenceCore
import RoomCore
import TestNames
import Testing

/// Who sees whom by lists and by rooms.
struct AudienceTests {
  /// Names events apart, which is all that is wanted of it here.
  private struct Hasher: ContentHasher {
    func sha256(of bytes: [UInt8]) -> [UInt8] {
      var random = Seeded(state: bytes.reduce(5381) { $0 &* 33 &+ UInt64($1) })
      return (0..<32).map { _ in UInt8.random(in: 0...255, using: &random) }
    }
  }

  private var world = World()
  private var rooms = RoomRules(server: here, hasher: Hasher())
  private let hall = RoomID("!hall:\(here)")

  private mutating func perform(_ action: RoomCommand.Action, by user: UserID) throws {
    _ = try rooms.perform(
      RoomCommand(action, by: user), &world.rules.audience.membership, now: world.now)
  }

  /// A public room of Ann's that Bob is in.
  private mutating func meet() throws {
    let hall = try #require(hall)
    var creation = RoomCreation(hall)
    creation.preset = .publicChat
    try perform(.create(creation), by: ann)
    try perform(.join(.id(hall), profile: Profile(), content: [:]), by: bob)
  }

  @Test mutating func membersOfARoomSeeEachOther() throws {
    #expect(world.rules.presence(of: bob, for: ann, now: world.now) == nil)
    try meet()
    #expect(world.rules.presence(of: bob, for: ann, now: world.now)?.state == .offline)
    #expect(world.rules.presence(of: ann, for: bob, now: world.now)?.state == .offline)
    #expect(world.rules.listedPresence(of: bob, for: ann, now: world.now).state == .offline)
    #expect(world.rules.presence(of: bob, for: cem, now: world.now) == nil)
    #expect(world.rules.audience.isWatched(bob))
    #expect(!world.rules.audience.isWatched(cem))
  }

  @Test mutating func whoLeavesTheLastRoomSeesNothingMore() throws {
    try meet()
    try perform(.leave(#require(hall), content: [:]), by: bob)
    #expect(world.rules.presence(of: bob, for: ann, now: world.now) == nil)
    #expect(world.rules.presence(of: ann, for: bob, now: world.now) == nil)
    #expect(world.rules.listedPresence(of: bob, for: ann, now: world.now).unknownReason == .pending)
    #expect(!world.rules.audience.isWatched(bob))
  }

  @Test mutating func eachPathHoldsByItself() throws {
    try meet()
    try world.befriend(ann, bob)
    try perform(.leave(#require(hall), content: [:]), by: bob)
    #expect(world.rules.presence(of: bob, for: ann, now: world.now) != nil, "The list allows it still.")
    #expect(world.rules.presence(of: ann, for: bob, now: world.now) == nil, "It never allowed this.")
    try perform(.join(.id(#require(hall)), profile: Profile(), content: [:]), by: bob)
    _ = world.rules.revoke(ann, by: bob, now: world.now)
    #expect(world.rules.presence(of: bob, for: ann, now: world.now) != nil, "The room does.")
    try perform(.leave(#require(hall), content: [:]), by: bob)
    #expect(world.rules.presence(of: bob, for: ann, now: world.now) == nil)
  }

  @Test mutating func whoHidesIsOfflineToTheirRoomsToo() throws {
    try meet()
    _ = try world.rules.setStatus(
      of: bob, to: StatusUpdate(presence: .online, statusMessage: "here"), on: nil, now: world.now)
    _ = try world.rules.setStatus(
      of: bob, to: StatusUpdate(presence: .hidden, statusMessage: "gone"), on: nil, now: world.now)
    let seen = try #require(world.rules.presence(of: bob, for: ann, now: world.now))
    #expect(seen.state == .offline)
    #expect(seen.statusMessage == "here")
  }

  @Test mutating func anInviteOfARoomMateIsAcceptedWhereTheUserWantsThat() throws {
    world.rules.setAutoAccept(.sharedRoom, of: bob)
    try meet()
    _ = try world.rules.invite(bob, by: ann, now: world.now)
    #expect(world.rules.lists.entry(of: ann, for: bob)?.state == .accepted)
    _ = try world.rules.invite(bob, by: cem, now: world.now)
    #expect(world.rules.lists.entry(of: cem, for: bob)?.state == .pending)
  }

  @Test mutating func aRoomMateWhoLeftMeanwhileIsAsked() throws {
    world.rules.setAutoAccept(.sharedRoom, of: bob)
    try meet()
    let decision = world.rules.decide(.invite(bob), by: ann, now: world.now)
    #expect(world.rules.isCurrent(decision))
    try perform(.leave(#require(hall), content: [:]), by: ann)
    #expect(!world.rules.isCurrent(decision))
  }
}
