internal import PeerDiscovery
internal import PorchlightTestSupport
internal import Ports
internal import Testing

/// Bytes a name server might send.
struct ServiceAnswerTests {
  @Test func recordsAreRead() {
    let bytes = Answer().record(priority: 1, weight: 2, port: 443, "m", "a", "test").bytes
    let expected = ServiceRecord(priority: 1, weight: 2, target: "m.a.test", port: 443)
    #expect(ServiceAnswer(parsing: bytes) == .records([expected], ttl: .seconds(300)))
  }

  @Test func theRootMeansThatThereIsNoService() {
    let expected = ServiceRecord(priority: 0, weight: 0, target: ".", port: 0)
    #expect(
      ServiceAnswer(parsing: Answer().record(port: 0).bytes) == .records([expected], ttl: .seconds(300)))
  }

  @Test func otherRecordsAreLeftOut() {
    let bytes = Answer().record(type: 5, port: 1, "x").record(port: 2, "b").bytes
    #expect(ServiceAnswer(parsing: bytes) == .records([record("b", 2)], ttl: .seconds(300)))
    #expect(ServiceAnswer(parsing: Answer().record(type: 5, port: 1, "x").bytes) == .none)
    #expect(ServiceAnswer(parsing: Answer().bytes) == .none)
  }

  @Test(arguments: ["a b", "a/b", "a:b", "ä", "a.b", "a\"", "a@b", "a\u{7}", "%00"])
  func targetsThatAreNoHostsAreLeftOut(_ label: String) {
    let bytes = Answer().record(port: 1, label).bytes
    #expect(ServiceAnswer(parsing: bytes) == .failed)
  }

  @Test func manyRecordsAreCutOff() {
    var answer = Answer()
    for port in 1...200 { answer = answer.record(port: UInt16(port), "b") }
    guard case .records(let records, _) = ServiceAnswer(parsing: answer.bytes) else {
      Issue.record("no records")
      return
    }
    #expect(records.count == 32)
  }

  @Test func everyBeginningOfAnAnswerIsSafe() {
    let bytes = Answer().record(port: 443, "m", "a", "test").record(port: 8448, "n", "a", "test").bytes
    for count in bytes.indices { #expect(ServiceAnswer(parsing: Array(bytes.prefix(count))) == .failed) }
  }

  @Test func aNameThatPointsAtItselfIsRefused() {
    var bytes = Answer().record(port: 443, "m").bytes
    // The target's two labels become a pointer to where they stand.
    let target = bytes.count - 3
    bytes[target] = 0xC0 | UInt8(target >> 8)
    bytes[target + 1] = UInt8(target & 0xFF)
    #expect(ServiceAnswer(parsing: bytes) == .failed)
  }

  @Test func mutantsAreSafe() {
    let original = Answer().record(port: 443, "m", "a", "test").record(port: 8448, "n", "a", "test").bytes
    var random = SeededGenerator(seed: 12)
    var kinds: Set<Bool> = []
    for _ in 0..<20_000 {
      var bytes = original
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: .min ... .max, using: &random)
      }
      if Bool.random(using: &random) { bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random)) }
      if case .records(let records, _) = ServiceAnswer(parsing: bytes) {
        #expect((1...32).contains(records.count))
        kinds.insert(true)
      } else {
        kinds.insert(false)
      }
    }
    #expect(kinds.count == 2)
  }
}

/// The bytes of an answer to `_x.a.test SRV` (RFC 1035, 4.1).
struct Answer {
  private var records: [[UInt8]] = []

  func record(
    type: UInt16 = 33, priority: UInt16 = 0, weight: UInt16 = 0, port: UInt16, _ target: String...
  ) -> Answer {
    var data: [UInt8] = []
    if type == 33 { data += Self.two(priority) + Self.two(weight) + Self.two(port) }
    data += Self.name(target)
    var copy = self
    // The name asked for is at byte 12.
    copy.records.append(
      [0xC0, 12] + Self.two(type) + Self.two(1) + [0, 0] + Self.two(300) + Self.two(UInt16(data.count)) + data
    )
    return copy
  }

  var bytes: [UInt8] {
    [0, 1, 0x81, 0x80, 0, 1] + Self.two(UInt16(records.count)) + [0, 0, 0, 0]
      + Self.name(["_x", "a", "test"]) + Self.two(33) + Self.two(1) + records.flatMap { $0 }
  }

  private static func two(_ number: UInt16) -> [UInt8] { [UInt8(number >> 8), UInt8(number & 0xFF)] }

  private static func name(_ labels: [String]) -> [UInt8] {
    labels.flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) } + [0]
  }
}
