import PorchlightSDK
internal import Ports
import Testing

struct BackoffTests {
  static let expected: [Duration] = [0, 1, 2, 4, 8, 16, 32, 60, 60, 60].map { .seconds($0) }

  @Test(arguments: UInt64(1)...20)
  func waitsDoubleUpToAMinuteWithinAFifth(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var backoff = Backoff()
    for span in Self.expected {
      let wait = backoff.next(using: &random)
      #expect(wait >= span * 0.8 - .milliseconds(1) && wait <= span * 1.2)
    }
    #expect(backoff.attempts == Self.expected.count)
  }

  @Test func clientsDoNotComeBackTogether() {
    let waits = (UInt64(1)...20).map { seed in
      var random = SeededGenerator(seed: seed)
      var backoff = Backoff()
      _ = backoff.next(using: &random)
      return backoff.next(using: &random)
    }
    #expect(Set(waits).count > 10)
  }

  @Test func successBeginsAnew() {
    var random = SeededGenerator(seed: 1)
    var backoff = Backoff()
    for _ in 0..<5 { _ = backoff.next(using: &random) }
    backoff.reset()
    #expect(backoff.attempts == 0)
    #expect(backoff.next(using: &random) == .zero)
  }

  @Test func thousandsOfFailuresStillWaitAMinute() {
    var random = SeededGenerator(seed: 1)
    var backoff = Backoff()
    for _ in 0..<5000 { _ = backoff.next(using: &random) }
    let wait = backoff.next(using: &random)
    #expect(wait >= .seconds(48) && wait <= .seconds(72))
  }
}
