import MatrixWire
import PorchlightTestSupport
import Ports
import Testing

@testable import PorchlightSDK

/// How often a server that answers everything at once is asked.
struct AnswerPaceTests {
  private func answer(_ events: [StreamEvent]) throws -> SyncAnswer {
    SyncAnswer(nextBatch: try #require(SyncToken("s1")), presence: events)
  }

  private func event(_ text: String, age: Int = 0) -> StreamEvent {
    .presence(Sample.bob, PresenceContent(state: .online, lastActiveAgo: age, statusMessage: text))
  }

  /// How many polls a server gets in ten seconds that answers each at once.
  private func polls(_ answers: (Int) throws -> SyncAnswer) throws -> Int {
    var pace = AnswerPace(of: Sample.me, now: .origin)
    var now = Instant.origin
    var count = 0
    while now < .origin + .seconds(10), count < 100_000 {
      now = pace.next(after: try answers(count), askedAt: now, now: now)
      count += 1
    }
    return count
  }

  @Test func aServerThatRepeatsItselfAtOnceIsAskedFourTimesASecond() throws {
    #expect(try polls { _ in try answer([event("the same")]) } <= 41)
  }

  @Test func agesAloneAreNothingNew() throws {
    #expect(try polls { try answer([event("the same", age: $0)]) } <= 41)
  }

  @Test func aServerThatInventsNewsTakesNoCore() throws {
    #expect((40...44).contains(try polls { try answer([event("text \($0)")]) }))
  }

  @Test func aServerThatNeverWaitsIsAskedOnceASecond() throws {
    #expect(try polls { _ in try answer([]) } == 10)
  }

  @Test func aListThatComesInFourAnswersComesAtOnce() throws {
    var pace = AnswerPace(of: Sample.me, now: .origin)
    for part in 1...3 {
      let due = pace.next(after: try answer([event("part \(part)")]), askedAt: .origin, now: .origin)
      #expect(due == .origin)
    }
  }

  @Test func anAnswerAfterALongPollIsFollowedAtOnce() throws {
    var pace = AnswerPace(of: Sample.me, now: .origin)
    let now = Instant.origin + .seconds(30)
    let afterNothing = pace.next(after: try answer([]), askedAt: .origin, now: now)
    #expect(afterNothing == now)
    let later = now + .seconds(1)
    let afterNews = pace.next(after: try answer([event("a")]), askedAt: now, now: later)
    #expect(afterNews == later)
  }
}
