import MatrixWire
import Ports
import RoomCore
import TestNames
import Testing

/// What is stored, and what is made of it at the next start.
struct RoomRowsTests {
  private static let policies = [
    PresenceSharing(), PresenceSharing(rule: .suggest), PresenceSharing(largestRoom: 3),
  ]

  @Test(arguments: 1...12)
  func theRowsMakeTheSameRulesAgain(seed: UInt64) throws {
    let policy = Self.policies[Int(seed) % Self.policies.count]
    var random = RandomHall(seed: seed, sharing: policy)
    var sharing: [RoomID: Bool] = [:]
    for step in 1...400 {
      random.hall.effects = []
      random.step()
      for case .sharing(let room, let shares) in random.hall.effects {
        #expect(sharing[room] ?? false != shares, "It is told where it changes.")
        sharing[room] = shares
      }
      guard step.isMultiple(of: 40) else { continue }
      let rules = random.hall.rules
      let index = random.hall.index
      for room in rules.allRooms { #expect(index.shares(room.id) == sharing[room.id] ?? false) }
      Self.checkPairs(rules, index)
      let listed = rules.allRooms.filter(\.isListed)
        .sorted { ($1.joinedCount, $0.id) < ($0.joinedCount, $1.id) }
      #expect(Array(rules.listed.rooms) == listed.map(\.id))
      var again = random.hall
      again.restart()
      // Not in the expectation: it would write out both, for minutes.
      let isSame = again.rules == rules && again.index == index
      #expect(isSame)
    }
    #expect(random.refused < 300)
    #expect(random.rooms.count > 3)
  }

  /// Who shares with whom, by looking at every room.
  private static func checkPairs(_ rules: RoomRules, _ index: MembershipIndex) {
    for user in RandomHall.everybody {
      for other in RandomHall.everybody where other != user {
        let isShared = rules.allRooms.contains { room in
          let says = room.sharing
          let policy = index.sharing
          return room.joinedCount <= policy.largestRoom
            && (policy.rule == .spec ? says != .forbid : says == .suggest)
            && [user, other].allSatisfy { room.membership(of: $0) == .join }
        }
        #expect(index.share(user, other) == isShared)
        #expect(index.sharers(of: user).contains(other) == isShared)
      }
    }
  }

  @Test func aMemberCameInWhereTheyJoinedAndNotWithTheirName() throws {
    var hall = Hall()
    let id = try hall.room(.publicChat, with: [bob])
    let joined = try hall.room(id).position
    try hall.run(.setProfile(Profile(displayName: "Robert"), rooms: [id]), by: bob)
    for _ in 1...2 {
      let member = try #require(try hall.room(id).member(bob))
      #expect(member.joinedAt == joined && member.position > joined)
      hall.restart()
    }
    try hall.leave(id, bob)
    try hall.join(id, bob)
    let again = try hall.room(id).position
    try hall.run(.setProfile(Profile(displayName: "Bob"), rooms: [id]), by: bob)
    hall.restart()
    #expect(try hall.room(id).member(bob)?.joinedAt == again)
  }

  @Test func aRequestIsRepeatedAcrossARestartAndSendsOnce() throws {
    var hall = Hall()
    let id = try hall.room()
    let key = TransactionKey(user: ann, device: device("tty"), endpoint: "send/m.room.message", id: "1")
    let first = try hall.run(.send(id, type: "m.room.message", content: [:]), by: ann, transaction: key)
    hall.restart()
    let again = try hall.run(.send(id, type: "m.room.message", content: [:]), by: ann, transaction: key)
    #expect(again.event == first.event)
    #expect(again.changes.isEmpty)
    let other = TransactionKey(user: ann, device: device("phone"), endpoint: "send/m.room.message", id: "1")
    #expect(
      try hall.run(.send(id, type: "m.room.message", content: [:]), by: ann, transaction: other).changes.count
        == 2)
  }
}
