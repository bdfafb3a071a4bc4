internal import Testing

@testable internal import PresenceFederation

@Suite struct PeerDialectTests {
  @Test func aPeerOfWhichNothingIsKnownIsNotModern() { #expect(!PeerDialect().isModern) }

  @Test func aPeerWithoutOurAdditionsIsModernUntilItPolls() {
    var dialect = PeerDialect()
    _ = dialect.learn(speaksAdditions: false)
    #expect(dialect.isModern)
    let isFirst = dialect.polled()
    #expect(isFirst && !dialect.isModern)
    let isFirstAgain = dialect.polled()
    #expect(!isFirstAgain)
  }

  @Test func theSameAgainIsNoNews() {
    var dialect = PeerDialect()
    let news = [true, true, false].map { dialect.learn(speaksAdditions: $0) }
    #expect(news == [true, false, true])
  }
}
