import MatrixWire
import PorchlightSDK
import Ports
import Screen
import Testing

@testable import PorchlightApp

/// Those who share a room with the user and are not on the list.
@Suite struct AroundTests {
  /// One contact and two around, of whom one shares presence in a room that anybody may join.
  private static func scene(rows: Int = 24, columns: Int = 80, glyphs: Glyphs = .unicode) -> Scene {
    var scene = Scene(rows: rows, columns: columns, glyphs: glyphs, isConnected: false)
    scene.connect(
      [.own()] + .person("ann", .online, "at the bench", called: "Ann") + [
        .state("ben", .unavailable, called: "Ben"), .state("cid", .online, "rowing", called: "Cid"),
      ],
      rooms: .joined([
        .room("boat", "Boat club", .invited, with: ["ann", "ben"]),
        .room("square", "Harbor square", .everyone, with: ["ben", "cid"]),
      ]))
    return scene
  }

  // MARK: Where they stand

  @Test func theyStandAfterTheListByStateThenName() {
    #expect(Self.scene().order == ["-Here 1", "ann", "-Around 2", "cid", "ben"])
  }

  @Test func theNumbersAreThoseOfTheList() {
    let scene = Self.scene()
    #expect(scene.line(with: "1 person") != nil)
    #expect(scene.model.list.counts == [.online: 1])
  }

  @Test func whoLeavesTheLastRoomLeavesTheRoster() {
    var scene = Self.scene()
    scene.receive([], rooms: .joined([.changed("square", [.member("cid", .leave)])]))
    #expect(scene.order == ["-Here 1", "ann", "-Around 1", "ben"])
    scene.receive(
      [], rooms: RoomsUpdate(left: [.named("boat"): RoomUpdate(), .named("square"): RoomUpdate()]))
    #expect(scene.order == ["-Here 1", "ann"])
  }

  @Test func whatTheyDoIsNoNews() {
    var scene = Self.scene()
    scene.receive([.state("cid", .busy), .state("ben", .online)])
    scene.receive([], rooms: .joined([.room("more", "More", .invited, with: ["q1"])]))
    scene.receive([], rooms: RoomsUpdate(left: [.named("more"): RoomUpdate()]))
    #expect(scene.feed.isEmpty)
  }

  @Test func aRoomThatSharesNothingSaysSo() {
    var scene = Self.scene()
    scene.send(.presenceSharing(PresenceSharingRule(rule: .suggest)))
    #expect(scene.order == ["-Here 1", "ann", "-Around 2", "ben", "cid"])
    #expect(scene.line(with: "? cid")?.contains("no room you share shows them") == true)
  }

  // MARK: What can be done

  @Test func plusProposesWhoIsSelected() {
    var scene = Self.scene()
    scene.press("j", "+")
    #expect(scene.line(with: "invite: @cid:harbor.example") != nil)
    scene.press(.enter)
    #expect(scene.intents.changes == [.invite(.user("cid"))])
    #expect(scene.line(with: "Cid")?.contains("(inviting)") == true)
  }

  @Test func plusProposesNobodyElsewhere() {
    var scene = Self.scene()
    scene.press("+")
    #expect(scene.line(with: "invite: @") == nil && scene.line(with: "invite:") != nil)
  }

  @Test func whoIsAskedMovesToTheListWithTheCursor() {
    var scene = Self.scene()
    scene.press("j", "+", .enter)
    scene.send(.answered(.invite(.user("cid")), nil))
    scene.receive([.list("cid", .pending)])
    scene.wait(.seconds(4))
    #expect(scene.order == ["-Here 2", "ann", "cid", "-Around 1", "ben"])
    #expect(scene.selected == "cid" && scene.model.list.changes.isEmpty)
    #expect(scene.feed == ["you asked to see Cid"])
    scene.receive([.list("cid", .accepted)])
    #expect(scene.feed.first == "Cid accepted your invite")
  }

  @Test func anInviteIsUndoneAndTheyAreAroundAgain() {
    var scene = Self.scene()
    scene.press("j", "+", .enter)
    scene.send(.answered(.invite(.user("cid")), nil))
    scene.receive([.list("cid", .pending)])
    scene.press("u")
    #expect(scene.intents.changes == [.remove(.user("cid"))])
    scene.receive([.list("cid", .dropped)])
    scene.wait(.seconds(4))
    #expect(scene.order == ["-Here 1", "ann", "-Around 2", "cid", "ben"])
  }

  @Test func whoIsRemovedFromTheListStaysAround() {
    var scene = Self.scene()
    scene.receive([.list("ann", .dropped)])
    #expect(scene.order == ["-Around 3", "ann", "cid", "ben"])
    #expect(scene.feed == ["you removed Ann"])
  }

  @Test(arguments: ["X", ":"])
  func whoIsNotOnTheListCannotBeRemoved(key: Character) {
    var scene = Self.scene()
    scene.press("j")
    if key == ":" {
      scene.press(":")
      scene.type("remove cid")
      scene.press(.enter)
      #expect(scene.line(with: "'cid' is not on your list") != nil)
    } else {
      scene.press("X")
      #expect(scene.line(with: "not on your list, only in a room with you: + asks to see them") != nil)
    }
    #expect(scene.intents.changes.isEmpty)
  }

  /// The question was asked while they were on the list.
  @Test func whoCameOffTheListMeanwhileIsNotRemoved() {
    var scene = Self.scene()
    scene.press("X")
    scene.receive([.list("ann", .revoked)])
    scene.press("y")
    #expect(scene.intents.changes.isEmpty)
    #expect(scene.line(with: "not on your list") != nil)
  }

  @Test func theMenuOffersToAsk() {
    var scene = Self.scene()
    scene.press("j", .enter)
    #expect(scene.line(with: "ask to see them") != nil && scene.line(with: "remove") == nil)
    scene.press(.enter)
    #expect(scene.line(with: "invite: @cid:harbor.example") != nil)
  }

  /// Nothing is offered that cannot work, and what is tried all the same is answered with the reason.
  @Test func whereNobodyCanBeAskedNobodyIsOffered() {
    var scene = Self.scene()
    #expect(scene.grid.text(row: 23).contains("+ invite"))
    scene.send(.versions(VersionsAnswer(versions: ["v1.11"], unstableFeatures: [:])))
    scene.press("j", .enter)
    #expect(scene.line(with: "hide details") != nil && scene.line(with: "ask to see them") == nil)
    scene.press(.escape)
    #expect(!scene.grid.text(row: 23).contains("+ invite"))
    scene.press("X")
    #expect(scene.line(with: "no lists here: nobody to remove") != nil)
    scene.press("+")
    #expect(scene.line(with: "no lists here: nobody to ask") != nil)
    for line in ["invite zoe", "remove ann", "revoke @zoe:harbor.example"] {
      scene.press(":")
      scene.type(line)
      scene.press(.enter)
      #expect(scene.line(with: "no lists here: no") != nil)
      #expect(scene.intents.isEmpty)
      scene.press(.escape)
    }
    scene.press(":")
    scene.type("invite @c")
    scene.press(.tab)
    #expect(scene.line(with: ":invite @cid") == nil)
  }

  /// On the narrowest of the full screens.
  @Test(arguments: ["X", "+"] as [Key])
  func whyNobodyCanBeAskedIsNeverCut(key: Key) {
    var scene = Self.scene(rows: 12, columns: 40)
    scene.send(.versions(VersionsAnswer(versions: ["v1.11"], unstableFeatures: [:])))
    scene.press("j", key)
    #expect(scene.line(with: "no lists here: ")?.contains("⋯") == false)
  }

  /// They choose their names themselves.
  @Test func aNameAroundCatchesNoInvite() {
    var scene = Self.scene()
    scene.receive([.state("cid", .online, called: "rosa")])
    scene.press(":")
    scene.type("invite rosa")
    scene.press(.enter)
    #expect(scene.intents.changes.isEmpty)
    #expect(scene.line(with: "several people are called 'rosa'") != nil)
  }

  @Test func tabCompletesThem() {
    var scene = Self.scene()
    scene.press(":")
    scene.type("invite @c")
    scene.press(.tab)
    #expect(scene.line(with: ":invite @cid:harbor.example") != nil)
  }

  // MARK: What is shown

  @Test func theDetailsSayWhichRoomsAreSharedAndWhichAreOpen() {
    var scene = Self.scene()
    #expect(scene.line(with: "\"at the bench\"  in Boat club") != nil)
    #expect(scene.line(with: "strangers") == nil)
    scene.press("j", "j")
    #expect(scene.line(with: "in Boat club, Harbor square  strangers see you in Harbor square") != nil)
  }

  @Test func theSidePaneSaysTheSame() {
    var scene = Self.scene(rows: 40, columns: 120)
    scene.press("j", "j")
    #expect(scene.line(with: "list     not on your list") != nil)
    #expect(scene.line(with: "rooms    Boat club, Harbor") != nil)
    #expect(scene.line(with: "open     strangers see you") != nil)
  }

  @Test func aRoomThatSharesNoPresenceIsNotOpen() {
    var scene = Self.scene()
    let forbidding = RoomEvent(
      type: RoomPresenceSharing.eventType, sender: .own, stateKey: "", content: .presenceSharing(.forbid))
    scene.send(.presenceSharing(PresenceSharingRule(rule: .spec)))
    scene.receive([], rooms: .joined([.changed("square", [forbidding])]))
    scene.press("j")
    #expect(scene.line(with: "in Boat club, Harbor square") != nil && scene.line(with: "strangers") == nil)
  }

  /// A long text leaves room for the rooms, and many rooms are counted.
  @Test func theWarningIsNotPushedOut() {
    var scene = Self.scene()
    scene.receive(
      [.state("cid", .online, String(repeating: "long ", count: 40), called: "Cid")],
      rooms: .joined((0..<5).map { .room("r\($0)", "Room number \($0) of five", .invited, with: ["cid"]) }))
    scene.press("j")
    #expect(scene.line(with: "strangers see you in Harbor square") != nil)
  }

  @Test func roomNamesAreMadeSafe() {
    var scene = Scene(isConnected: false)
    scene.connect(
      [.own(), .state("cid", .online)],
      rooms: .joined([.room("bad", "\u{1B}[2JBo\u{202E}at\n\u{7}", .everyone, with: ["cid"])]))
    #expect(scene.line(with: "in [2JBoat  strangers see you in [2JBoat") != nil)
  }

  @Test func theListSaysHowToAskThem() {
    let scene = Self.scene()
    let document = RosterDocument(scene.model, scene.model.list.lines.all, now: scene.now)
    #expect(
      LinearRoster.sentences(document) == [
        "Here: 1.", "Selected: Ann, online, now, at the bench.", "Around: 2; + asks to see them.",
        "Cid, online, now, rowing.", "Ben, idle.",
      ])
  }

  @Test(arguments: [(24, 80), (40, 120), (10, 40), (5, 20)])
  func theyAreReadableOnEveryScreen(rows: Int, columns: Int) throws {
    var scene = Self.scene(rows: rows, columns: columns, glyphs: columns == 80 ? .ascii : .unicode)
    scene.press("G")
    try expectSnapshot(scene.grid, named: "theyAreReadableOnEveryScreen-\(columns)x\(rows)")
  }
}
