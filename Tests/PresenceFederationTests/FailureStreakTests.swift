internal import Ports
internal import Testing

@testable internal import PresenceFederation

@Suite struct FailureStreakTests {
  @Test func aBusyPeerIsThereAndARefusedPollCountsAsUnanswered() {
    var streak = FailureStreak()
    streak.failed(because: .noAnswer, asks: false, at: .origin)
    streak.failed(because: .refused, asks: true, at: .origin)
    #expect(streak.unanswered == 2)
    streak.failed(because: .refused, asks: false, at: .origin)
    #expect(streak.unanswered == 2)
    streak.failed(because: .busy, asks: true, at: .origin)
    #expect(streak.unanswered == 0 && streak.failures == 4)
  }

  @Test func theWaitDoublesUpToItsBound() {
    var (streak, agenda) = (FailureStreak(), Agenda(seed: 1))
    for failures in 1...20 {
      streak.failed(because: .noAnswer, asks: false, at: .origin)
      let wait = streak.backoff(upTo: .seconds(30), &agenda)
      #expect(wait <= .seconds(30))
      if failures == 1 { #expect(wait == agenda.timing.firstRetry) }
      if failures == 20 { #expect(wait >= .seconds(24)) }
    }
  }

  @Test func aSignOfLifeEndsTheBackOffButNotTheSilence() {
    var streak = FailureStreak()
    streak.failed(because: .noAnswer, asks: false, at: .origin)
    streak.reset()
    #expect(streak.failures == 0)
    #expect(streak.span(at: .origin + .seconds(9)) == .seconds(9))
  }
}
