import MatrixWire
import PorchlightTestSupport
import Ports
import Synchronization
import Testing

@testable import Homeserver

/// Why other servers do not answer, for people.
struct PeerFailureLogTests {
  private final class Lines: Sendable {
    private let state = Mutex<[String]>([])

    func add(_ line: String) { state.withLock { $0.append(line) } }

    func take() -> [String] {
      state.withLock { lines in
        defer { lines = [] }
        return lines
      }
    }
  }

  private let simulation = Simulation()
  private let lines = Lines()
  private let failures: PeerFailureLog
  private let blue: ServerName

  init() throws {
    failures = PeerFailureLog(time: simulation.time, notice: lines.add)
    blue = try ServerName("blue.test").orThrow("a name")
  }

  @Test func aChangeIsSaidOnce() {
    failures.failed(blue, "connection refused")
    #expect(lines.take() == [], "one may be an accident")
    #expect(failures[blue]?.cause == "connection refused")
    simulation.advance(by: .seconds(1))
    for _ in 0..<3 { failures.failed(blue, "connection refused") }
    #expect(lines.take() == ["blue.test does not answer: connection refused"])
    failures.failed(blue, "no such name")
    #expect(lines.take() == ["blue.test does not answer: no such name"])
    #expect(failures[blue].map { simulation.time.instant - $0.since } == .seconds(1))
    failures.answered(blue)
    failures.answered(blue)
    #expect(lines.take() == ["blue.test answers again"])
    #expect(failures[blue] == nil)
  }

  @Test func anAccidentIsNotSaidAtAll() {
    failures.failed(blue, "connection refused")
    failures.answered(blue)
    #expect(lines.take() == [])
  }

  @Test func refusalsOfOneServerAreSaidNowAndThen() {
    for _ in 0..<100 { failures.refused(blue, "its signature does not hold") }
    #expect(lines.take() == ["Refused a request of blue.test: its signature does not hold"])
    simulation.advance(by: .seconds(600))
    failures.refused(blue, "its signature does not hold")
    #expect(lines.take().count == 1)
  }

  @Test func manyServersFillNeitherMemoryNorLog() throws {
    for number in 0..<3_000 {
      let server = try ServerName("s\(number).test").orThrow("a name")
      failures.refused(server, "no")
      failures.failed(server, "no")
      failures.failed(server, "no")
    }
    #expect(failures.counts.failures <= 1_024)
    #expect(failures.counts.refusals <= 1_024)
    // Of each kind for itself: a peer that makes requests must not hide one that fails.
    let said = lines.take()
    #expect(said.count { $0.hasPrefix("Refused") } == 30)
    #expect(said.count { $0.hasSuffix("does not answer: no") } == 30)
    // What was left out is news the next time.
    simulation.advance(by: .seconds(60))
    failures.failed(try ServerName("s2999.test").orThrow("a name"), "no")
    #expect(lines.take().last == "s2999.test does not answer: no")
    failures.refused(blue, "no")
    let after = lines.take()
    #expect(after.count == 2)
    #expect(after.first?.hasSuffix("notices of other servers were left out") == true)
    #expect(after.last == "Refused a request of blue.test: no")
  }

  @Test func aTextOfSomebodyElsesIsHarmless() {
    #expect("a\u{1B}[31mb\u{202E}c\n\u{0}d".forPeople() == "a [31mb c  d")
    #expect(String(repeating: "x", count: 200).forPeople(most: 5) == "xxxxx…")
    #expect("Grüße, 世界".forPeople() == "Grüße, 世界")
  }
}
