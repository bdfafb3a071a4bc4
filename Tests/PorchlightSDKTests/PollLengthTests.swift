import Ports
import Testing

@testable import PorchlightSDK

/// What is learned from polls that were cut.
struct PollLengthTests {
  private var now = Instant.origin
  private var length = PollLength(longest: .seconds(30))

  @Test mutating func aProxyThatCutsAtFourSecondsIsLearnedInThreeCuts() {
    for _ in 0..<3 {
      let isCut = length.cut(after: .seconds(4), at: now)
      #expect(isCut)
    }
    #expect(length.current == .milliseconds(3750))
  }

  @Test mutating func aPollIsNeverShorterThanASecond() {
    for _ in 0..<100 { _ = length.cut(after: .seconds(1), at: now) }
    #expect(length.current == .seconds(1))
  }

  @Test mutating func aPollCutAtOnceWasNotTooLong() {
    let isCut = length.cut(after: .milliseconds(999), at: now)
    #expect(!isCut)
    #expect(length.current == .seconds(30))
  }

  @Test mutating func aWayThatBecameBetterIsFoundAgain() {
    for _ in 0..<3 { _ = length.cut(after: .seconds(4), at: now) }
    length.passed(at: now + .seconds(599))
    #expect(length.current == .milliseconds(3750))
    for _ in 0..<3 { length.passed(at: now + .seconds(600)) }
    #expect(length.current == .seconds(30))
  }

  @Test mutating func aWayThatStaysBadIsTriedRarer() {
    for _ in 0..<3 { _ = length.cut(after: .seconds(4), at: now) }
    var tries: [Duration] = []
    for second in 1...40_000 {
      now = .origin + .seconds(second)
      length.passed(at: now)
      guard length.current > .seconds(4) else { continue }
      tries.append(now - .origin)
      _ = length.cut(after: .seconds(4), at: now)
    }
    #expect(tries.map(\.components.seconds) == [600, 1800, 4200, 9000, 16_200, 23_400, 30_600, 37_800])
  }

  @Test mutating func oneCutOfManyHoursAgoIsForgotten() {
    _ = length.cut(after: .seconds(20), at: now)
    length.passed(at: now + .seconds(600))
    length.passed(at: now + .seconds(630))
    #expect(length == PollLength(longest: .seconds(30)))
  }
}
