internal import MatrixWire
internal import Testing

@testable internal import PresenceFederation

@Suite struct ReplayWindowTests {
  private func order(_ epoch: Int64, _ number: Int64) -> Transaction.Order {
    .init(epoch: epoch, number: number)
  }

  @Test func aTransactionIsNewUntilItOrALaterOneWasTaken() {
    var window = ReplayWindow()
    #expect(window.verdict(on: order(1, 5)) == .new)
    window.order = order(1, 5)
    #expect(window.verdict(on: order(1, 5)) == .repeated)
    #expect(window.verdict(on: order(1, 4)) == .repeated)
    #expect(window.verdict(on: order(1, 6)) == .new)
    #expect(window.verdict(on: order(2, 1)) == .new)
  }

  @Test func anEarlierLifeIsBehindTheLatestThatWasHeardOf() {
    var window = ReplayWindow()
    window.order = order(2, 5)
    #expect(window.verdict(on: order(1, 9)) == .behind(2))
    window.epoch = 4
    #expect(window.verdict(on: order(3, 1)) == .behind(4))
  }

  @Test func aTransactionWithoutAPlaceIsNew() {
    var window = ReplayWindow()
    window.order = order(2, 5)
    #expect(window.verdict(on: nil) == .new)
  }

  @Test func onlyAnAnswerIsBelievedToBeOfAnEarlierLife() {
    var window = ReplayWindow()
    let first = window.learn(epoch: 5, isFresh: false)
    #expect(!first && window.epoch == 5)
    let again = window.learn(epoch: 5, isFresh: true)
    let late = window.learn(epoch: 4, isFresh: false)
    #expect(!again && !late)
    let earlier = window.learn(epoch: 4, isFresh: true)
    let later = window.learn(epoch: 6, isFresh: false)
    #expect(earlier && later)
  }

  @Test func whatWasStoredDoesNotReplaceWhatCameSince() {
    var window = ReplayWindow()
    window.restore(order(2, 3))
    window.restore(order(1, 9))
    #expect(window.order == order(2, 3))
    #expect(window.epoch == 2)
    #expect(!window.isUntouched)
  }
}
