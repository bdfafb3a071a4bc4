import MatrixWire
import PorchlightSDK
import Ports
import Screen
import Testing

@testable import PorchlightApp

@Suite struct SteadyRowsTests {
  private static let people: [StreamEvent] = [
    [.own()], .person("ann", .online), .person("bob", .online), .person("cid", .online),
    .person("dan", .offline),
  ].flatMap(\.self)

  @Test func rowsStandByGroupThenStateThenName() {
    let scene = Scene(
      [
        [.own(), .invite("ola")], .person("Zed", .online, called: "zed"), .person("yan", .busy),
        .person("amy", .online, called: "Amy"), .person("tea", .freeForChat), .person("ida", .unavailable),
        .person("off", .offline), .person("unk", .unknown, reason: .pending),
      ].flatMap(\.self))
    #expect(
      scene.order == [
        "-Invites 1", "ola", "-Here 4", "tea", "amy", "Zed", "yan", "-Idle 1", "ida", "+Offline 1",
        "-Unknown 1",
        "unk",
      ])
  }

  @Test func invisibleLettersBringNobodyToTheTop() {
    let scene = Scene(
      [.own()] + .person("mal", .online, called: "\u{1}\u{200B}zed") + .person("bob", .online))
    #expect(scene.order == ["-Here 2", "bob", "mal"])
  }

  @Test func aNameOfInvisibleLettersIsShownAsTheLocalpart() {
    let scene = Scene([.own()] + .person("mal", .online, called: "\u{200B}\u{202E}"))
    #expect(scene.line(with: "◉ mal ") != nil)
  }

  @Test func rowsMoveAtOnceWhenNoKeyWasPressedOfLate() {
    var scene = Scene(Self.people)
    scene.receive([.state("ann", .unavailable)])
    #expect(scene.order == ["-Here 2", "bob", "cid", "-Idle 1", "ann", "+Offline 1"])
  }

  @Test func theSelectedPersonKeepsTheCursorAcrossReorders() {
    var scene = Scene(Self.people)
    #expect(scene.selected == "ann")
    scene.receive([.state("ann", .unavailable)])
    #expect(scene.selected == "ann")
  }

  @Test func theSelectedPersonStaysVisibleInAFoldedGroup() {
    var scene = Scene(Self.people)
    scene.receive([.state("ann", .offline)])
    #expect(scene.order == ["-Here 2", "bob", "cid", "+Offline 2", "ann"])
  }

  @Test func rowsKeepTheirPlacesForThreeSecondsAfterAKey() {
    var scene = Scene(Self.people)
    scene.press("j")
    scene.receive([.state("ann", .unavailable)])
    #expect(scene.order == ["-Here 2", "ann", "bob", "cid", "+Offline 1"])
    #expect(scene.line(with: "ann")?.contains("idle") == true)
    #expect(scene.line(with: "1 now idle") != nil)
    scene.wait(.milliseconds(2_999))
    #expect(scene.model.list.order.moved == 1)
    scene.wait(.milliseconds(1))
    #expect(scene.order == ["-Here 2", "bob", "cid", "-Idle 1", "ann", "+Offline 1"])
    #expect(scene.line(with: "now idle") == nil)
  }

  @Test func aHeadingCountsNobodyWhoHasGoneOffline() {
    var scene = Scene(Self.people)
    scene.press("j")
    scene.receive([.state("ann", .offline), .state("bob", .offline)])
    #expect(scene.order == ["-Here 1", "ann", "bob", "cid", "+Offline 3"])
    #expect(scene.line(with: "2 now offline") != nil)
  }

  /// Nobody sees them move.
  @Test func whatHappensInsideOfAFoldedGroupIsNotCounted() {
    var scene = Scene(Self.people + .person("abe", .offline))
    scene.press("j")
    scene.receive([.state("dan", .offline, called: "Aaron")])
    #expect(scene.model.list.order.moved == 0 && scene.line(with: "changed") == nil)
    scene.receive([.state("dan", .online)])
    #expect(scene.line(with: "1 now online") != nil)
    // They stand in order when the group is opened.
    scene.receive([.state("dan", .offline, called: "Aaron")])
    scene.press("o")
    #expect(scene.order.suffix(3) == ["-Offline 2", "dan", "abe"])
  }

  /// The row is seen there, and nowhere else afterwards.
  @Test func foldingAGroupEndsTheWaitInsideOfIt() {
    var scene = Scene(Self.people + .person("eve", .offline))
    scene.press("o")
    scene.receive([.state("eve", .offline, called: "Alma")])
    #expect(scene.line(with: "1 changed") != nil)
    scene.press("o")
    #expect(scene.model.list.order.moved == 0)
  }

  @Test func movesOfSeveralKindsAreCountedTogether() {
    var scene = Scene(Self.people)
    scene.press("j")
    scene.receive([.state("ann", .offline), .state("bob", .unavailable)])
    #expect(scene.line(with: "2 changed") != nil)
  }

  @Test func theHelpSaysWhatWaitsToMove() {
    var scene = Scene(Self.people)
    scene.press("?")
    #expect(scene.line(with: "now offline") != nil)
  }

  @Test func anotherKeyPutsTheMoveOff() {
    var scene = Scene(Self.people)
    scene.press("j")
    scene.receive([.state("ann", .unavailable)])
    scene.wait(.seconds(2))
    scene.press("j")
    scene.wait(.seconds(2))
    #expect(scene.model.list.order.moved == 1)
  }

  @Test func nothingMovesWhileAMenuIsOpen() {
    var scene = Scene(Self.people)
    scene.press(.enter)
    scene.wait(.seconds(60))
    scene.receive([.state("ann", .unavailable)])
    scene.wait(.seconds(60))
    #expect(scene.order == ["-Here 2", "ann", "bob", "cid", "+Offline 1"])
    scene.press(.escape)
    scene.wait(.seconds(3))
    #expect(scene.order.first == "-Here 2")
  }

  @Test func newPeopleAppearAtOnce() {
    var scene = Scene(Self.people)
    scene.press("j")
    scene.receive([.invite("ola")] + .person("bea", .online))
    #expect(scene.order.prefix(2) == ["-Invites 1", "ola"])
    #expect(scene.order.contains("bea"))
    #expect(scene.selected == "bob")
  }

  @Test func aChangeThatMovesNothingIsNotCounted() {
    var scene = Scene([.own()] + .person("ann", .online))
    scene.press("j")
    scene.receive([.state("ann", .freeForChat)])
    #expect(scene.model.list.order.moved == 0)
  }

  @Test func whenTheSelectedPersonLeavesTheNextOneIsSelected() {
    var scene = Scene(Self.people)
    scene.press("j")
    scene.receive([.list("bob", .revoked)])
    #expect(scene.selected == "cid")
  }

  @Test func aChangedRowStandsOutForThreeSeconds() {
    var scene = Scene(Self.people)
    scene.receive([.state("bob", .online, "new words")])
    #expect(scene.model.list.highlights.keys.contains(.contact(.user("bob"), of: .own)))
    scene.wait(.seconds(3))
    #expect(scene.model.list.highlights.isEmpty)
  }

  @Test func aReorderKeepsTheSelectedRowOnItsLine() {
    var scene = Scene([.own()] + (10..<60).flatMap { [StreamEvent].person("p\($0)", .online) })
    for _ in 0..<25 { scene.press("j") }
    scene.wait(.seconds(4))
    let line = (scene.model.list.lines.selected ?? 0) - scene.model.list.scroll
    scene.receive([.state("p10", .unavailable), .state("p11", .unavailable)])
    #expect((scene.model.list.lines.selected ?? 0) - scene.model.list.scroll == line)
    #expect(scene.selected == "p35")
  }

  @Test func aNewAgeIsNoChange() {
    var scene = Scene(Self.people)
    scene.receive([.state("bob", .online, ago: .seconds(60))])
    #expect(scene.model.list.highlights.isEmpty)
  }
}
