internal import NIOCore
internal import Testing

@testable internal import HomeserverHTTP

/// Which connection gives way.
struct PlacesTests {
  private final class Line: Sendable {
    let name: Int
    init(_ name: Int) { self.name = name }
    var id: ObjectIdentifier { ObjectIdentifier(self) }
  }

  private var places = Places<Int>(grace: .seconds(1))
  private let lines = (0..<8).map(Line.init)

  private static func at(_ seconds: Int64) -> NIODeadline { .uptimeNanoseconds(0) + .seconds(seconds) }

  private mutating func enter(_ numbers: Int..., at seconds: Int64) {
    for number in numbers { places.enter(number, lines[number].id, now: Self.at(seconds)) }
  }

  private mutating func set(_ use: Places<Int>.Use, _ number: Int, at seconds: Int64) {
    places.set(use, lines[number].id, now: Self.at(seconds))
  }

  private mutating func whoGivesWay(at seconds: Int64) -> [Int] {
    var gone: [Int] = []
    while let one = places.giveWay(now: Self.at(seconds)) { gone.append(one) }
    return gone
  }

  @Test mutating func silentConnectionsGoFirstThenThoseThatAreIdleLongest() {
    enter(0, 1, 2, 3, at: 1)
    set(.idle, 2, at: 2)
    set(.idle, 0, at: 3)
    enter(4, at: 4)
    #expect(whoGivesWay(at: 100) == [1, 3, 4, 2, 0])
  }

  @Test mutating func aParkedPollGivesWayToNobody() {
    enter(0, 1, at: 1)
    set(.busy, 0, at: 2)
    #expect(whoGivesWay(at: 100_000) == [1])
    #expect(places.nextDue == nil)
    set(.idle, 0, at: 100_001)
    #expect(places.nextDue == Self.at(100_002))
    #expect(whoGivesWay(at: 100_001).isEmpty)
    #expect(whoGivesWay(at: 100_002) == [0])
  }

  @Test mutating func aConnectionThatCameAMomentAgoIsLeftAlone() {
    enter(0, at: 10)
    #expect(whoGivesWay(at: 10).isEmpty)
    #expect(places.spare(upTo: 16, now: Self.at(10)) == 0)
    #expect(places.nextDue == Self.at(11))
    enter(1, at: 11)
    #expect(places.spare(upTo: 16, now: Self.at(11)) == 1)
    #expect(whoGivesWay(at: 11) == [0])
  }

  @Test mutating func whoeverWasToldToGoIsOpenUntilClosed() {
    enter(0, 1, at: 1)
    #expect(places.giveWay(now: Self.at(5)) == 0)
    #expect(places.staying == 1)
    #expect(places.open == 2)
    // Its last words change nothing.
    set(.busy, 0, at: 5)
    #expect(places.staying == 1)
    places.leave(lines[0].id)
    places.leave(lines[0].id)
    #expect(places.open == 1)
    places.leave(lines[1].id)
    #expect(places.open == 0)
    #expect(places.giveWay(now: Self.at(9)) == nil)
  }

  @Test mutating func howManyCouldGiveWayIsCountedUpToANumber() {
    enter(0, 1, 2, at: 1)
    set(.idle, 1, at: 2)
    #expect(places.spare(upTo: 2, now: Self.at(9)) == 2)
    #expect(places.spare(upTo: 16, now: Self.at(9)) == 3)
    #expect(places.spare(upTo: 0, now: Self.at(9)) == 0)
  }
}
