import MatrixWire
import PorchlightTestSupport
import Ports
import RoomCore
import Testing

@testable import Homeserver

/// Positions of rooms: how far streams may go, and where they go on after a start.
struct RoomHostTests {
  private let server: ServerName
  private let ann: UserID
  private var rules: RoomRules
  private var index = MembershipIndex()
  private let time = VirtualTime()

  init() throws {
    server = try ServerName("red.example").orThrow("a server")
    ann = try UserID("@ann:red.example").orThrow("a user")
    rules = RoomRules(server: server, hasher: TestSecrets())
  }

  private func creation(_ name: String) throws -> RoomCommand {
    RoomCommand(.create(RoomCreation(try RoomID("!\(name):red.example").orThrow("a room"))), by: ann)
  }

  @Test mutating func aChangeWaitsForThoseThatCameBeforeIt() throws {
    var host = RoomHost(rules)
    let first = try host.rules.decide(creation("one"), index, now: time.now)
    host.rules.begin(first)
    let second = try host.rules.decide(creation("two"), index, now: time.now)
    host.rules.begin(second)
    #expect(!host.rules.positions.hasOpen(before: first.positions.lowerBound))
    #expect(host.rules.positions.hasOpen(before: second.positions.lowerBound))
    host.rules.abandon(first)
    #expect(!host.rules.positions.hasOpen(before: second.positions.lowerBound))
    _ = host.rules.apply(second, &index)
    #expect(host.position == second.positions.upperBound - 1)
  }

  @Test func onlyTheNextOneIsToldThatItsPlaceHasCome() {
    var queue = PlaceQueue<String>()
    for place: UInt64 in [7, 3, 5] { queue.wait("\(place)", at: place) }
    queue.wait("5, later", at: 5)
    #expect(queue.takeFirst { $0 < 3 } == nil)
    // Whatever has come: the others may only when this one is done.
    #expect(queue.takeFirst { _ in true } == "3")
    #expect(queue.takeFirst { $0 < 5 } == nil)
    let rest = (0..<4).map { _ in queue.takeFirst { _ in true } }
    #expect(rest == ["5", "5, later", "7", nil])
  }

  @Test mutating func aPositionOfAnEarlierLifeGoesOnWhereThatEnded() throws {
    _ = try rules.perform(creation("one"), &index, now: time.now)
    let host = RoomHost(rules)
    let last = host.position
    #expect(host.position(ofEarlierLife: last - 1) == last - 1)
    #expect(host.position(ofEarlierLife: last + 3) == last, "It gave three that it could not store.")
    #expect(host.position(ofEarlierLife: .max / 3) == nil, "No life counted so far.")
  }

  @Test func aSealedPositionIsOneTextAndComesBack() throws {
    let seal = PositionSeal.forTests
    let positions: [UInt64] = [0, 1, 2, 1_000, 1 << 40, .max]
    let texts = positions.map(seal.seal)
    #expect(Set(texts).count == positions.count)
    for (position, text) in zip(positions, texts) {
      #expect(seal.open(text) == position)
      #expect(!text.hasSuffix(String(position, radix: 16)))
    }
    for text in [
      "", "0", "00000000000000000", "000000000000000G", "00000000-0000000", "0000000000000000\u{301}",
    ] {
      #expect(seal.open(text) == nil, "\(text)")
    }
  }
}
