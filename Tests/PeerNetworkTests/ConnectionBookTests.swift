internal import PeerDiscovery
internal import Testing

@testable internal import PeerNetwork

struct ConnectionBookTests {
  private final class Line: Sendable {}

  private let key = ConnectionKey(
    target: .init(host: "a.test", port: 1), certificateName: "a.test", isEncrypted: true)
  private let other = ConnectionKey(
    target: .init(host: "a.test", port: 1), certificateName: "b.test", isEncrypted: true)
  private var book = ConnectionBook<Line>(.init(perPeer: 2, total: 3, waitingPerPeer: 1))

  /// A turn in a word.
  private mutating func turn(_ key: ConnectionKey) -> String {
    switch book.turn(for: key) {
    case .use: "use"
    case .open(let closing): closing == nil ? "open" : "open, closing one"
    case .wait: "wait"
    case .refused(let failure): "\(failure)"
    }
  }

  @Test mutating func connectionsAreBoundedForEachPeer() {
    #expect([turn(key), turn(key), turn(key)] == ["open", "open", "wait"])
    let (_, bell) = AsyncStream<Void>.makeStream()
    _ = book.wait(for: key, bell)
    #expect(turn(key) == "tooManyWait")
    #expect(book.closed(nil, for: key) != nil, "whoever waits is woken")
    #expect(turn(key) == "open")
  }

  @Test mutating func whatNobodyUsesMakesRoom() {
    let line = Line()
    #expect([turn(key), turn(key), turn(other)] == ["open", "open", "open"])
    #expect(turn(other) == "tooManyConnections")
    #expect(book.keep(line, ObjectIdentifier(line), for: key) == nil)
    #expect(turn(other) == "open, closing one")
  }

  @Test mutating func connectionsAreNotSharedBetweenNames() {
    let line = Line()
    #expect(turn(key) == "open")
    #expect(book.keep(line, ObjectIdentifier(line), for: key) == nil)
    #expect(turn(other) == "open")
    #expect(turn(key) == "use")
  }

  @Test mutating func whoeverGoesAwayTakesNobodysTurn() {
    book = ConnectionBook<Line>(.init(perPeer: 1, total: 3, waitingPerPeer: 9))
    #expect(turn(key) == "open")
    let (_, bell) = AsyncStream<Void>.makeStream()
    let first = book.wait(for: key, bell)
    let second = book.wait(for: key, bell)
    let third = book.wait(for: key, bell)
    #expect(book.leave(second, for: key) == nil, "nobody had woken it")
    #expect(book.closed(nil, for: key) != nil, "the first is woken")
    #expect(book.leave(first, for: key) != nil, "and goes away, so the third is")
    #expect(book.leave(third, for: key) == nil)
    #expect(book.count == 0)
  }

  @Test mutating func whatIsClosedIsForgotten() {
    let line = Line()
    #expect(turn(key) == "open")
    _ = book.keep(line, ObjectIdentifier(line), for: key)
    _ = book.closed(ObjectIdentifier(line), for: key)
    #expect(book.count == 0)
    #expect(book.total == 0)
    #expect(turn(key) == "open")
  }
}
