import PorchlightSDK
import Ports
import Testing

struct OutboxTests {
  /// Made at second 0, with two seconds between sends.
  static func outbox() -> Outbox<String> { Outbox(spacing: .seconds(2), now: .origin) }

  var random = SeededGenerator(seed: 1)

  @Test func theFirstValueGoesAtOnce() {
    var outbox = Self.outbox()
    outbox.submit("a")
    #expect(outbox.deadline == .origin)
    #expect(outbox.takeDue(at: .origin) == "a")
  }

  @Test func aValueIsHandedOutOnce() {
    var outbox = Self.outbox()
    outbox.submit("a")
    _ = outbox.takeDue(at: .origin)
    #expect(outbox.takeDue(at: Sample.at(60)) == nil)
    #expect(outbox.deadline == nil)
  }

  @Test func whatIsOnItsWayIsStillPending() {
    var outbox = Self.outbox()
    outbox.submit("a")
    _ = outbox.takeDue(at: .origin)
    #expect(outbox.pending == "a")
    outbox.submit("b")
    #expect(outbox.pending == "b")
  }

  @Test func nothingIsPendingOnceConfirmed() {
    var outbox = Self.outbox()
    outbox.submit("a")
    _ = outbox.takeDue(at: .origin)
    outbox.succeeded()
    #expect(outbox.pending == nil)
  }

  @Test func onlyTheNewestIsSent() {
    var outbox = Self.outbox()
    outbox.submit("a")
    _ = outbox.takeDue(at: .origin)
    for value in ["b", "c", "d"] { outbox.submit(value) }
    outbox.succeeded()
    #expect(outbox.takeDue(at: Sample.at(2)) == "d")
    outbox.succeeded()
    #expect(outbox.pending == nil)
  }

  @Test func sendsKeepTheirDistance() {
    var outbox = Self.outbox()
    outbox.submit("a")
    _ = outbox.takeDue(at: .origin)
    outbox.succeeded()
    outbox.submit("b")
    #expect(outbox.deadline == Sample.at(2))
    #expect(outbox.takeDue(at: Sample.at(1)) == nil)
    #expect(outbox.takeDue(at: Sample.at(2)) == "b")
  }

  /// Another device may have said something else meanwhile.
  @Test func whatIsConfirmedIsSentAgainWhenWantedAgain() {
    var outbox = Self.outbox()
    outbox.submit("a")
    _ = outbox.takeDue(at: .origin)
    outbox.succeeded()
    outbox.submit("a")
    #expect(outbox.takeDue(at: Sample.at(2)) == "a")
  }

  @Test func whatIsOnItsWayIsNotSentTwice() {
    var outbox = Self.outbox()
    outbox.submit("a")
    _ = outbox.takeDue(at: .origin)
    outbox.submit("a")
    outbox.succeeded()
    #expect(outbox.takeDue(at: Sample.at(60)) == nil)
  }

  @Test func changingOnesMindBeforeItGoesSendsTheLastWord() {
    var outbox = Self.outbox()
    outbox.submit("a")
    _ = outbox.takeDue(at: .origin)
    outbox.succeeded()
    outbox.submit("b")
    outbox.submit("a")
    #expect(outbox.takeDue(at: Sample.at(60)) == "a")
    #expect(outbox.takeDue(at: Sample.at(120)) == nil)
  }

  @Test func changingOnesMindAndBackWhileItGoesSendsNothingMore() {
    var outbox = Self.outbox()
    outbox.submit("a")
    _ = outbox.takeDue(at: .origin)
    outbox.submit("b")
    outbox.submit("a")
    outbox.succeeded()
    #expect(outbox.takeDue(at: Sample.at(60)) == nil)
  }

  @Test func changingOnesMindWhileItGoesSendsBoth() {
    var outbox = Self.outbox()
    outbox.submit("a")
    _ = outbox.takeDue(at: .origin)
    outbox.succeeded()
    outbox.submit("b")
    _ = outbox.takeDue(at: Sample.at(2))
    outbox.submit("a")
    outbox.succeeded()
    #expect(outbox.takeDue(at: Sample.at(4)) == "a")
  }

  @Test mutating func aFailureIsTriedAgain() {
    var outbox = Self.outbox()
    outbox.submit("a")
    _ = outbox.takeDue(at: .origin)
    outbox.failed(at: Sample.at(1), retryAfter: nil, using: &random)
    #expect(outbox.deadline == Sample.at(2))
    #expect(outbox.takeDue(at: Sample.at(2)) == "a")
  }

  @Test mutating func somethingNewerReplacesAFailure() {
    var outbox = Self.outbox()
    outbox.submit("a")
    _ = outbox.takeDue(at: .origin)
    outbox.submit("b")
    outbox.failed(at: Sample.at(1), retryAfter: nil, using: &random)
    #expect(outbox.takeDue(at: Sample.at(2)) == "b")
  }

  @Test mutating func theServersWaitIsKept() {
    var outbox = Self.outbox()
    outbox.submit("a")
    _ = outbox.takeDue(at: .origin)
    outbox.failed(at: Sample.at(1), retryAfter: .seconds(30), using: &random)
    #expect(outbox.deadline == Sample.at(31))
  }

  @Test mutating func furtherFailuresWaitLonger() {
    var outbox = Self.outbox()
    outbox.submit("a")
    for second in 0..<6 {
      _ = outbox.takeDue(at: Sample.at(100 * second))
      outbox.failed(at: Sample.at(100 * second), retryAfter: nil, using: &random)
    }
    let wait = outbox.deadline.map { $0 - Sample.at(500) } ?? .zero
    #expect(wait >= .milliseconds(12_800) && wait <= .milliseconds(19_200))
  }

  @Test mutating func whatMayHaveArrivedIsNotTakenForUntold() {
    var outbox = Self.outbox()
    outbox.submit("a")
    _ = outbox.takeDue(at: .origin)
    outbox.succeeded()
    outbox.submit("b")
    _ = outbox.takeDue(at: Sample.at(2))
    outbox.failed(at: Sample.at(3), retryAfter: nil, using: &random)
    outbox.submit("a")
    #expect(outbox.takeDue(at: Sample.at(10)) == "a")
  }

  @Test func aRefusalIsGivenUp() {
    var outbox = Self.outbox()
    outbox.submit("a")
    _ = outbox.takeDue(at: .origin)
    outbox.refused()
    #expect(outbox.pending == nil)
    #expect(outbox.takeDue(at: Sample.at(60)) == nil)
  }

  @Test func aRefusalDoesNotCostWhatCameAfterIt() {
    var outbox = Self.outbox()
    outbox.submit("a")
    _ = outbox.takeDue(at: .origin)
    outbox.submit("b")
    outbox.refused()
    #expect(outbox.takeDue(at: Sample.at(2)) == "b")
  }

  @Test func goingBackAfterARefusalIsSaid() {
    var outbox = Self.outbox()
    outbox.submit("a")
    _ = outbox.takeDue(at: .origin)
    outbox.succeeded()
    outbox.submit("b")
    _ = outbox.takeDue(at: Sample.at(2))
    outbox.submit("a")
    outbox.refused()
    #expect(outbox.takeDue(at: Sample.at(60)) == "a")
  }
}
