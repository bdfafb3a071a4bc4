import MatrixWire
import RoomCore
import TestNames
import Testing

struct RoomMemoryTests {
  private static let roomCount = 50

  /// Rooms of 50 members each, of 100 users with names and pictures, as they are after a start.
  private static func rules() throws -> (RoomRules, MembershipIndex) {
    var hall = Hall()
    for number in 0..<roomCount {
      let id = try hall.room(.publicChat) { $0.topic = "What the members of room \(number) talk about" }
      for member in 1..<50 {
        let user = (number * 7 + member) % 100
        let profile = Profile(
          displayName: "User number \(user) of this server",
          avatarURL: "mxc://porch.example/abcdefghijklmnopqrst\(user)")
        try hall.run(.join(.id(id), profile: profile, content: [:]), by: person("user\(user)"))
      }
    }
    hall.restart()
    return (hall.rules, hall.index)
  }

  @Test func aRoomOfFiftyMembersTakesTwentyKilobytesAtMost() async {
    // In a process of its own, where nothing else allocates.
    await #expect(processExitsWith: .success) {
      let before = try #require(Allocator.bytesInUse)
      var (rules, index) = try RoomMemoryTests.rules()
      let whole = try (#require(Allocator.bytesInUse) - before) / RoomMemoryTests.roomCount
      #expect((5_000...25_000).contains(whole), "\(whole) bytes with the index of who is where")
      let rooms = Array(rules.allRooms)
      (rules, index) = (RoomRules(server: here, hasher: QuickHasher()), MembershipIndex())
      let each = try (#require(Allocator.bytesInUse) - before) / RoomMemoryTests.roomCount
      #expect((5_000...20_000).contains(each), "\(each) bytes")
      #expect(
        rooms.allSatisfy { $0.joinedCount == 50 } && rules.allRooms.isEmpty && index == MembershipIndex())
    }
  }
}
