import MatrixWire
import PorchlightTestSupport
import Ports
import PresenceCore
import TestNames
import Testing

/// Records that no server of ours would have written.
struct RestoreTests {
  private let now = Moment(instant: .origin, wall: WallTime(milliseconds: 1_795_262_400_000))
  private let ann: UserID
  private let bob: UserID
  private var rules: PresenceRules

  init() throws {
    rules = PresenceRules(server: try ServerName("harbor.example").orThrow("server"))
    ann = try UserID("@ann:harbor.example").orThrow("ann")
    bob = try UserID("@bob:harbor.example").orThrow("bob")
    rules.restore(
      RelationshipRecord(owner: bob, observed: ann, relationship: .init(isAllowed: true)), now: now)
  }

  @Test mutating func whoHidesShowsNothingOfThemselvesEvenWhereNothingIsFrozen() {
    rules.restore(
      PresenceRecord(user: ann, choice: .hidden, statusMessage: "secret", lastActive: now.wall), now: now)
    let seen = rules.presence(of: ann, for: bob, now: now)
    #expect(seen?.state == .offline)
    #expect(seen?.statusMessage == nil)
  }

  @Test mutating func whoDoesNotHideIsNotFrozen() {
    let frozen = PresenceRecord.Frozen(statusMessage: "old", lastActive: WallTime(milliseconds: 1))
    rules.restore(
      PresenceRecord(
        user: ann, choice: .busy, statusMessage: "new", lastActive: now.wall, frozen: frozen), now: now)
    #expect(rules.presence(of: ann, for: bob, now: now)?.statusMessage == "new")
  }

  @Test(arguments: [Int64.min, -1, 0, .max])
  mutating func timesThatCannotBeAreNoTrap(_ milliseconds: Int64) throws {
    let time = WallTime(milliseconds: milliseconds)
    rules.restore(
      PresenceRecord(
        user: ann, choice: .hidden, lastActive: time, frozen: .init(statusMessage: nil, lastActive: time)),
      now: now)
    let device = try DeviceID("DESK").orThrow("device")
    rules.restore(DeviceActivityRecord(user: ann, device: device, idleSince: time), now: now)
    rules.restore(
      RelationshipRecord(
        owner: ann, observed: bob,
        relationship: .init(entry: .init(state: .pending, order: 1, invitedAt: time), askedAt: time)),
      now: now)
    _ = rules.expire(now: now)
    #expect(rules.presence(of: ann, for: bob, now: now)?.lastActiveAgo ?? -1 >= 0)
    #expect(rules.record(of: ann, now: now) != nil)
  }
}
