internal import Testing

@testable internal import Homeserver

/// The memory of requests that are not answered yet.
struct RequestMemoryTests {
  private static let megabyte = 1_048_576

  /// A body of 1 MB that is never finished, 2,000 times: they used to take 2 GB.
  @Test func bodiesThatAreNeverFinishedTakeNoMoreThanTheirShare() {
    var memory = RequestMemory<Int>(bytes: 64 * Self.megabyte)
    var ended: [Int] = []
    for number in 0..<2_000 {
      let ticket = memory.open(.unknown, by: number)
      for part in 1...64 {
        let growth = memory.grow(ticket, to: part * 16_384)
        #expect(growth.isGranted)
        ended += growth.givingWay
        #expect(memory.total <= 16 * Self.megabyte)
      }
    }
    // The oldest gave way, in the order in which they began.
    #expect(ended == Array(0..<(2_000 - 16)))
  }

  @Test func strangersTakeNothingOfSessionsOrOfServersThatAreKnown() {
    var memory = RequestMemory<Int>(bytes: 64 * Self.megabyte)
    for number in 0..<100 { _ = memory.grow(memory.open(.unknown, by: number), to: Self.megabyte) }
    for number in 100..<132 {
      let growth = memory.grow(memory.open(.servers, by: number), to: Self.megabyte)
      #expect(growth.isGranted && growth.givingWay.isEmpty)
    }
    for number in 200..<216 {
      let growth = memory.grow(memory.open(.sessions, by: number), to: Self.megabyte)
      #expect(growth.isGranted && growth.givingWay.isEmpty)
    }
    #expect(memory.total == 64 * Self.megabyte)
  }

  @Test func whatHasComeWholeGivesWayToNobody() {
    var memory = RequestMemory<Int>(bytes: 400)
    let first = memory.open(.unknown, by: 1)
    #expect(memory.grow(first, to: 60).isGranted)
    memory.complete(first)
    let second = memory.open(.unknown, by: 2)
    #expect(memory.grow(second, to: 40).isGranted)
    let third = memory.open(.unknown, by: 3)
    let growth = memory.grow(third, to: 50)
    #expect(!growth.isGranted)
    #expect(growth.givingWay == [2])
    #expect(memory.holds(first) && !memory.holds(second) && !memory.holds(third))
    #expect(memory.total == 60)
    memory.close(first)
    #expect(memory.total == 0)
  }

  @Test func aRequestThatIsTheOldestGivesWayItself() {
    var memory = RequestMemory<Int>(bytes: 400)
    let (old, young) = (memory.open(.unknown, by: 1), memory.open(.unknown, by: 2))
    #expect(memory.grow(old, to: 50).isGranted)
    #expect(memory.grow(young, to: 50).isGranted)
    let growth = memory.grow(old, to: 51)
    #expect(!growth.isGranted && growth.givingWay.isEmpty)
    #expect(!memory.holds(old) && memory.holds(young))
    // Nothing is given to what gave way, and nothing taken twice.
    #expect(!memory.grow(old, to: 1).isGranted)
    memory.close(old)
    memory.complete(old)
    #expect(memory.total == 50)
  }

  @Test func aRequestLargerThanItsShareIsRefused() {
    var memory = RequestMemory<Int>(bytes: 400)
    #expect(!memory.grow(memory.open(.sessions, by: 1), to: 101).isGranted)
    #expect(memory.grow(memory.open(.servers, by: 2), to: 200).isGranted)
    #expect(memory.total == 200)
  }

  @Test func aLargeDropIsNoticedOnce() {
    var memory = RequestMemory<Int>(bytes: 400)
    let tickets = (0..<4).map { memory.open(.servers, by: $0) }
    for ticket in tickets { #expect(memory.grow(ticket, to: 50).isGranted) }
    #expect(memory.takeDrop(of: 100) == false)
    for ticket in tickets { memory.close(ticket) }
    #expect(memory.takeDrop(of: 201) == false)
    #expect(memory.takeDrop(of: 100) == true)
    #expect(memory.takeDrop(of: 100) == false)
  }
}
