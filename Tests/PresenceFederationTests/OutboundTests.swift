internal import MatrixWire
internal import PorchlightTestSupport
internal import Ports
internal import Testing

@testable internal import PresenceFederation

@Suite struct OutboundTests {
  private let first: OutboundTransaction
  private let start = Instant.origin

  init() throws {
    let (red, blue) = (try ServerName("red").orThrow("a name"), try ServerName("blue").orThrow("a name"))
    first = OutboundTransaction(
      peer: blue, transaction: Transaction(id: "1_1", origin: red, sentAt: 0, edus: [], order: nil),
      attempt: 1,
      timeout: .seconds(5), cause: .push, speaksAdditions: true)
  }

  private func sending() -> Outbound {
    .sending(.init(outbound: first, contents: OutboundContents(), since: start))
  }

  @Test func anIdlePeerHasNothingToRetry() {
    var outbound = Outbound.idle
    outbound.backOff(until: start)
    outbound.taint()
    let again = outbound.retry(at: start)
    #expect(outbound.isIdle && again == nil)
  }

  @Test func onlyTheRunningAttemptCanFail() {
    var outbound = sending()
    #expect(outbound.running(first) != nil)
    outbound.backOff(until: start + .seconds(1))
    #expect(outbound.running(first) == nil)
    #expect(outbound.retryAt == start + .seconds(1))
  }

  @Test func theNextAttemptIsTheSameTransaction() throws {
    var outbound = sending()
    outbound.backOff(until: start + .seconds(1))
    let again = try outbound.retry(at: start + .seconds(1)).orThrow("an attempt")
    #expect(again.attempt == 2 && again.cause == .retry && again.transaction == first.transaction)
    #expect(outbound.running(first) == nil)
    #expect(outbound.running(again)?.since == start + .seconds(1))
    #expect(outbound.retryAt == nil)
  }

  @Test func aTaintOutlivesTheBackOff() {
    var outbound = sending()
    outbound.taint()
    outbound.backOff(until: start)
    #expect(outbound.inFlight?.isTainted == true)
    let contents = outbound.finish()
    #expect(contents != nil && outbound.isIdle)
  }
}
