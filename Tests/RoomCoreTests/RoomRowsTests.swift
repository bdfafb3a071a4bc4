import MatrixWire
import Ports
import RoomCore
import Testing

/// What is stored, and what is made of it at the next start.
struct RoomRowsTests {
  private static let policies = [
    PresenceSharing(), PresenceSharing(rule: .suggest), PresenceSharing(largestRoom: 3),
  ]

  @Test(arguments: 1...12)
  func theRowsMakeTheSameRulesAgain(seed: UInt64) throws {
    let sharing = Self.policies[Int(seed) % Self.policies.count]
    var random = RandomHall(seed: seed, sharing: sharing)
    var pairs: Set<UserPair> = []
    for step in 1...400 {
      random.hall.effects = []
      random.step()
      for case .sharing(let change) in random.hall.effects {
        #expect(change.began.isDisjoint(with: pairs), "Nobody begins to see whom they see.")
        #expect(change.ended.isSubset(of: pairs), "Nobody ends to see whom they do not see.")
        pairs = pairs.union(change.began).subtracting(change.ended)
      }
      guard step.isMultiple(of: 40) else { continue }
      let rules = random.hall.rules
      #expect(pairs == Self.pairs(rules))
      let again = RoomRules(
        server: here, hasher: QuickHasher(), sharing: sharing, rows: random.hall.rows.rows)
      // Not in the expectation: it would write out both, for minutes.
      let isSame = again == rules
      #expect(isSame)
    }
    #expect(random.refused < 300)
    #expect(random.rooms.count > 3)
  }

  /// Who shares with whom, by looking at every room.
  private static func pairs(_ rules: RoomRules) -> Set<UserPair> {
    var pairs: Set<UserPair> = []
    for user in RandomHall.everybody {
      for other in RandomHall.everybody where other != user {
        let isShared = rules.allRooms.contains { room in
          let says = room.sharing
          let policy = rules.index.sharing
          return room.joinedCount <= policy.largestRoom
            && (policy.rule == .spec ? says != .forbid : says == .suggest)
            && [user, other].allSatisfy { room.membership(of: $0) == .join }
        }
        if isShared { pairs.insert(UserPair(user, other)) }
        #expect(rules.index.share(user, other) == isShared)
        #expect(rules.index.sharers(of: user).contains(other) == isShared)
      }
    }
    return pairs
  }

  @Test func aRequestIsRepeatedAcrossARestartAndSendsOnce() throws {
    var hall = Hall()
    let id = try hall.room()
    let key = TransactionKey(user: ann, device: device("tty"), endpoint: "send/m.room.message", id: "1")
    let first = try hall.run(.send(id, type: "m.room.message", content: [:]), by: ann, transaction: key)
    hall.rules = RoomRules(server: here, hasher: QuickHasher(), rows: hall.rows.rows)
    let again = try hall.run(.send(id, type: "m.room.message", content: [:]), by: ann, transaction: key)
    #expect(again.event == first.event)
    #expect(again.changes.isEmpty)
    let other = TransactionKey(user: ann, device: device("phone"), endpoint: "send/m.room.message", id: "1")
    #expect(
      try hall.run(.send(id, type: "m.room.message", content: [:]), by: ann, transaction: other).changes.count
        == 2)
  }
}
