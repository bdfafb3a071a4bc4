import Ports
import Screen
import Testing

@testable import Keyboard

@Suite struct HeldKeyTests {
  private func verdicts(_ gaps: [Int], _ key: Key = "D") -> [HeldKey.Verdict] {
    var held = HeldKey()
    var now = Instant(nanoseconds: 7_000_000_000)
    return gaps.map { gap in
      now = now + .milliseconds(gap)
      return held.press(key, at: now)
    }
  }

  @Test(arguments: [(250, 92), (200, 25), (500, 33), (660, 40), (900, 50)])
  func aHeldKeyIsOnePress(delay: Int, gap: Int) {
    let verdicts = verdicts([5_000, delay] + Array(repeating: gap, count: 40))
    #expect(verdicts[0] == .press)
    #expect(verdicts[2...].allSatisfy { $0 == .isRepeat })
  }

  @Test(arguments: [125, 166, 250, 500, 900]) func pressesOneByOneAreAllPresses(gap: Int) {
    #expect(!verdicts(Array(repeating: gap, count: 50)).contains(.isRepeat))
  }

  @Test func aSlowLineDoesNotTurnRepeatsIntoPresses() {
    #expect(verdicts([5_000, 500, 33, 250, 33, 280, 0, 0]).dropFirst(2).allSatisfy { $0 == .isRepeat })
  }

  @Test func anotherKeyBetweenTwoMakesThemPresses() {
    var held = HeldKey()
    let now = Instant(nanoseconds: 7_000_000_000)
    #expect(held.press("A", at: now) == .press)
    #expect(held.press("D", at: now + .milliseconds(80)) == .press)
    #expect(held.press("A", at: now + .milliseconds(160)) == .press)
  }
}
