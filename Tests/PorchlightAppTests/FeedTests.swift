import MatrixWire
import PorchlightSDK
import Ports
import Screen
import Testing

@testable import PorchlightApp

@Suite struct FeedTests {
  private static let people: [StreamEvent] = [
    [.own()], .person("ann", .offline), .person("bob", .offline), .person("cid", .offline),
    .person("dan", .online), .person("pia", .unknown, reason: .pending),
  ].flatMap(\.self)

  @Test func theFirstAnswerIsNoNews() {
    #expect(Scene(Self.people).feed == [])
  }

  @Test func catchingUpAfterAnInterruptionIsNoNews() {
    var scene = Scene(Self.people)
    scene.interrupt()
    scene.receive([.state("ann", .online)])
    #expect(scene.feed == [])
    scene.receive([.state("bob", .online)])
    #expect(scene.feed == ["bob came online"])
  }

  @Test func newestComesFirst() {
    var scene = Scene(Self.people)
    scene.receive([.state("dan", .busy)])
    scene.receive([.state("ann", .online)])
    #expect(scene.feed == ["ann came online", "dan is busy"])
  }

  @Test func twoPeopleAreNamed() {
    var scene = Scene(Self.people)
    scene.receive([.state("ann", .online), .state("bob", .online)])
    #expect(scene.feed == ["bob came online", "ann came online"])
  }

  @Test func threePeopleWithinTenSecondsAreTold() {
    var scene = Scene(Self.people)
    for name in ["ann", "bob", "cid"] {
      scene.receive([.state(name, .online)])
      scene.wait(.seconds(4))
    }
    #expect(scene.feed == ["ann, bob and 1 more came online"])
  }

  @Test func threePeopleInElevenSecondsAreNot() {
    var scene = Scene(Self.people)
    for name in ["ann", "bob", "cid"] {
      scene.receive([.state(name, .online)])
      scene.wait(.milliseconds(5_500))
    }
    #expect(scene.feed.count == 3)
  }

  @Test func whoIsBackFromIdleDidNotComeOnline() {
    var scene = Scene(Self.people + .person("ida", .unavailable))
    scene.receive([.state("ann", .online), .state("bob", .online), .state("ida", .online)])
    #expect(scene.feed == ["ida is back", "bob came online", "ann came online"])
  }

  @Test func differentChangesAreNotMixed() {
    var scene = Scene(Self.people)
    scene.receive([.state("ann", .online), .state("bob", .online), .state("dan", .offline)])
    #expect(scene.feed == ["dan went offline", "bob came online", "ann came online"])
  }

  @Test func theSameTwiceIsSaidOnce() {
    var scene = Scene(Self.people)
    scene.receive([.state("dan", .online, "tea")])
    scene.wait(.seconds(60))
    scene.receive([.state("dan", .online, "tea", ago: .seconds(5))])
    #expect(scene.feed == ["dan: \"tea\""])
  }

  @Test func ofSomebodyWhoCannotDecideTheLastIsTold() {
    var scene = Scene(Self.people)
    for state in [PresenceState.unavailable, .online, .unavailable, .online, .busy] {
      scene.receive([.state("dan", state)])
      scene.wait(.seconds(1))
    }
    #expect(scene.feed == ["dan is busy"])
  }

  @Test(arguments: [
    (StreamEvent.list("pia", .accepted), "pia accepted your invite"),
    (.list("pia", .denied), "pia does not share presence with you"),
    (.list("dan", .revoked), "dan took back their permission"),
    (.invite("ola", called: "Ola"), "Ola wants to see you"),
    (.list("ola", .pending), "you asked to see ola"),
  ])
  func invitesAreToldInPlainWords(event: StreamEvent, text: String) {
    var scene = Scene(Self.people)
    scene.receive([event])
    #expect(scene.feed == [text])
  }

  @Test(arguments: [
    (InviteState.accepted, "you accepted Ola"), (.denied, "you denied Ola"),
    (.withdrawn, "Ola does not ask any more"),
  ])
  func whatBecameOfAnInviteIsTold(state: InviteState, text: String) {
    var scene = Scene(Self.people + [.invite("ola", called: "Ola")])
    scene.receive([.invite("ola", state)])
    #expect(scene.feed == [text])
  }

  @Test func theFirstWordAboutSomebodyIsNoChangeOfTheirs() {
    var scene = Scene(Self.people)
    scene.receive([.list("pia", .accepted), .state("pia", .online, "hello")])
    #expect(scene.feed == ["pia accepted your invite"])
  }

  @Test func theLineShowsTheTimeAsTheClockOnTheWall() {
    #expect(ClockText.text(.today(23, 5), utcOffset: { _ in .seconds(3_600) }) == "00:05")
    #expect(ClockText.text(.today(0, 5), utcOffset: { _ in .seconds(-3_600) }) == "23:05")
  }

  @Test func itRemembersFifty() {
    var scene = Scene(Self.people)
    for number in 0..<60 {
      scene.receive([.state("dan", .online, "text \(number)")])
      scene.wait(.seconds(11))
    }
    #expect(scene.feed.count == 50)
  }
}
