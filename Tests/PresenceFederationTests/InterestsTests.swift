internal import MatrixWire
internal import PorchlightTestSupport
internal import Testing

@testable internal import PresenceFederation

@Suite struct InterestsTests {
  @Test func onlyAChangeIsNews() throws {
    let ann = try UserID("@ann:red").orThrow("a name")
    var interests = Interests()
    let news = [false, true, true].map { interests.set(.init(looks: $0), of: ann) }
    #expect(news == [false, true, false])
    #expect(interests[ann].looks && !interests[ann].stands)
  }

  @Test func aLongListIsTakenInParts() throws {
    let ann = try UserID("@ann:red").orThrow("a name")
    let others = try (0..<200).map { try UserID("@u\($0):blue").orThrow("a name") }
    var interests = Interests()
    interests.restand(ann, others)
    let first = try interests.takeSome(of: ann).orThrow("the first part")
    #expect(first.some.count == Interests.usersAtOnce && !first.isLast)
    #expect(interests.span(of: ann) == .milliseconds(1))
    let second = try interests.takeSome(of: ann).orThrow("the rest")
    #expect(Array(first.some) + Array(second.some) == others && second.isLast)
    interests.finish(ann)
    let none = interests.takeSome(of: ann)
    #expect(none?.some == nil)
    #expect(interests.span(of: ann) == .zero)
  }
}
