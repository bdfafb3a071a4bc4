import Screen
import Testing

@testable import TerminalDriver

@Suite struct EventQueueTests {
  private let size = Size(rows: 3, columns: 4)

  @Test func onlyKeysAreLostWhenNobodyReads() async {
    let queue = EventQueue(limit: 4)
    queue.send(.resized(Size(rows: 1, columns: 1)), size: size)
    queue.send(.terminate(signal: 15), size: size)
    for _ in 0..<100 { queue.send(.key(.enter), size: size) }
    queue.send(.endOfInput, size: size)
    queue.finish()
    var events: [InputEvent] = []
    for await event in queue.stream { events.append(event) }
    #expect(events.count == 4)
    #expect(events.contains(.resized(size)))
    #expect(events.contains(.terminate(signal: 15)))
    #expect(events.contains(.endOfInput))
  }

  @Test func anOldSizeNeverArrivesAfterANewerOne() async {
    let queue = EventQueue(limit: 2)
    queue.send(.resized(Size(rows: 1, columns: 1)), size: Size(rows: 1, columns: 1))
    queue.send(.key(.up), size: Size(rows: 1, columns: 1))
    queue.send(.resized(size), size: size)
    queue.finish()
    var events: [InputEvent] = []
    for await event in queue.stream { events.append(event) }
    #expect(events.last == .resized(size))
  }
}
