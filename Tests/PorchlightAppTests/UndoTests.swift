import MatrixWire
import PorchlightSDK
import Ports
import Screen
import Testing

@testable import PorchlightApp

@Suite struct UndoTests {
  private static let people: [StreamEvent] = [
    [.own(.online, "here"), .invite("ola"), .invite("pip")], .person("ann", .online),
    .person("bob", .unavailable), .person("cid", .offline),
  ].flatMap(\.self)

  private func scene() -> Scene { Scene(Self.people) }

  /// Presses a key that was let go before.
  private func pressAnew(_ key: Key, in scene: inout Scene) {
    scene.wait(.seconds(1))
    scene.press(key)
  }

  private func published(_ presence: PresenceState, _ text: String? = "here") -> [Intent] {
    [.publish(StatusUpdate(presence: presence, statusMessage: text))]
  }

  @Test func uTakesBackWhatWasDoneLastAndSaysWhat() {
    var scene = scene()
    scene.press("3", "u")
    #expect(scene.intents == published(.online))
    #expect(scene.line(with: "undid 'set busy'") != nil)
    pressAnew("u", in: &scene)
    #expect(scene.line(with: "nothing to undo") != nil)
  }

  @Test func itGoesFurtherBackAndControlRForthAgain() {
    var scene = scene()
    scene.press("c", "a", "d")
    var intents: [Intent] = []
    for key: Key in ["u", "u", "u", .control("r"), .control("r"), .control("r")] {
      pressAnew(key, in: &scene)
      intents += scene.intents
    }
    #expect(
      intents
        == [
          published(.unavailable, nil), published(.online, nil), published(.online), published(.online, nil),
          published(.unavailable, nil), published(.busy, nil),
        ].flatMap(\.self))
    #expect(scene.line(with: "redid 'toggle busy'") != nil)
    pressAnew(.control("r"), in: &scene)
    #expect(scene.line(with: "nothing to do again") != nil)
  }

  /// What is taken back is announced to others: a key that is held must not go through all of it.
  @Test(arguments: ["u", .control("r")] as [Key])
  func aHeldKeyTakesOneStep(key: Key) {
    var scene = scene()
    scene.press("c", "a", "d")
    if key != "u" { for _ in 0..<3 { pressAnew("u", in: &scene) } }
    var intents: [Intent] = []
    for gap in [500] + Array(repeating: 33, count: 60) {
      scene.press(key)
      intents += scene.intents + scene.wait(.milliseconds(gap))
    }
    #expect(intents.count == 1)
  }

  @Test func aSecondQuickUCountsThoughTheSelectionMoved() {
    var scene = scene()
    scene.press("a", "d", "}")
    #expect(scene.selected == "ann")
    scene.press("u")
    scene.advance(to: scene.now.instant + .milliseconds(200))
    scene.press("u")
    #expect(scene.intents == [])
    scene.receive([.list("ann", .dropped)])
    #expect(scene.selected != "ann")
    #expect(scene.wait(.seconds(1)) == published(.online))
  }

  @Test func whatIsDoneAfterAnUndoLeavesNothingToDoAgain() {
    var scene = scene()
    scene.press("3", "u", "2", .control("r"))
    #expect(scene.line(with: "nothing to do again") != nil)
  }

  /// The group that was folded is opened, wherever the selection is by then.
  @Test func aFoldedGroupIsOpenedFromAnywhere() {
    var scene = scene()
    scene.press("}", .tab)
    #expect(scene.order.contains("+Here 1"))
    let folded = scene.order
    scene.press("G", "u")
    #expect(scene.order.contains("-Here 1"))
    #expect(scene.line(with: "undid 'fold here'") != nil)
    scene.press("g", .control("r"))
    #expect(scene.order == folded)
  }

  @Test func whatIsAsItWasBeforeIsNotChanged() {
    var scene = scene()
    scene.press("o")
    scene.model.list.fold(.offline)
    scene.press("u")
    #expect(scene.model.list.folded.contains(.offline))
    #expect(scene.line(with: "nothing left to undo of 'offline'") != nil)
  }

  @Test func movingIsNotUndone() {
    var scene = scene()
    scene.press("3", "j", "j", "?", .escape, "u")
    #expect(scene.line(with: "undid 'set busy'") != nil)
  }

  // MARK: People

  @Test func aRemovalIsUndoneByAnInviteThatHasToBeAccepted() {
    var scene = scene()
    scene.press("}", "X", "y")
    #expect(scene.intents == [.change(.remove(.user("ann")))])
    scene.press("u")
    #expect(scene.intents == [])
    #expect(scene.line(with: "wait a moment: removing @ann:harbor.example") != nil)
    scene.receive([.list("ann", .dropped)])
    pressAnew("u", in: &scene)
    #expect(scene.intents == [.change(.invite(.user("ann")))])
    #expect(
      scene.line(with: "undid 'remove @ann:harbor.example': asking anew, they must accept") != nil)
    scene.receive([.list("ann", .pending)])
    #expect(scene.line(with: "they must accept") != nil)
    scene.press(.control("r"))
    #expect(scene.intents == [.change(.remove(.user("ann")))])
  }

  @Test func onANarrowScreenWhatBecomesOfItHasTheRoom() {
    var scene = Scene(Self.people, rows: 10, columns: 40)
    scene.press(":")
    scene.type("remove ann")
    scene.press(.enter, "y")
    scene.receive([.list("ann", .dropped)])
    scene.press("u")
    #expect(scene.line(with: "undid 'remove @ann⋯': asking anew") != nil)
  }

  @Test func anInviteIsTakenBackUnlessItIsGone() {
    var scene = scene()
    for isGone in [false, true] {
      scene.press("+")
      scene.type("zed")
      scene.press(.enter)
      scene.receive([.list("zed", .pending)])
      if isGone { scene.receive([.list("zed", .denied)]) }
      scene.press("u")
      #expect(scene.intents == (isGone ? [] : [.change(.remove(.user("zed")))]))
      scene.receive([.list("zed", .dropped)])
    }
    #expect(
      scene.line(with: "cannot undo 'invite @zed:harbor.example': that user is not on your list")
        != nil)
  }

  /// Removing a contact is asked first, so undo does not do it by the way.
  @Test func anInviteThatWasAcceptedIsNotTakenBack() {
    var scene = scene()
    scene.press("+")
    scene.type("zed")
    scene.press(.enter)
    scene.receive([.list("zed", .pending)])
    scene.receive([.list("zed", .accepted)])
    scene.press("u")
    #expect(scene.intents == [])
    #expect(
      scene.line(with: "cannot undo 'invite @zed:harbor.example': accepted meanwhile, X removes") != nil)
  }

  @Test func askingBackIsUndoneByName() {
    var scene = scene()
    scene.press("I", "A", "y")
    #expect(scene.intents == [.change(.invite(.user("ola")))])
    scene.receive([.list("ola", .pending)])
    scene.press("u")
    #expect(scene.intents == [.change(.remove(.user("ola")))])
    #expect(scene.line(with: "undid 'invite @ola:harbor.example'") != nil)
  }

  @Test func whoIsInARoomWithTheUserSeesThemWithoutAPermissionToo() {
    var scene = scene()
    scene.receive([], rooms: .joined([.room("hall", "The hall", .invited, with: ["ola"])]))
    scene.press("I", "A")
    scene.receive([.invite("ola", .accepted)])
    pressAnew("u", in: &scene)
    scene.send(.answered(.revoke(.user("ola")), nil))
    #expect(scene.line(with: "@ola:harbor.example still sees you in The hall") != nil)
  }

  @Test func anAcceptIsTakenBackOnceItIsDone() {
    var scene = scene()
    scene.press("I", "A", "u")
    #expect(scene.line(with: "wait a moment: accepting @ola:harbor.example") != nil)
    scene.receive([.invite("ola", .accepted)])
    pressAnew("u", in: &scene)
    #expect(scene.intents == [.change(.revoke(.user("ola")))])
    #expect(scene.line(with: "undoing 'accept @ola:harbor.example': revoking @ola:harbor.example") != nil)
    scene.send(.answered(.revoke(.user("ola")), nil))
    #expect(scene.line(with: "@ola:harbor.example does not see you any more") != nil)
    scene.press(.control("r"))
    #expect(scene.intents == [])
    #expect(scene.line(with: "cannot redo 'accept @ola:harbor.example'") != nil)
  }

  /// Nothing older is taken back for it.
  @Test func aDenyCannotBeUndoneAndIsNotPassedOver() {
    var scene = scene()
    scene.press("3", "I", "D", "u")
    #expect(scene.intents == [])
    #expect(scene.line(with: "cannot undo 'deny @ola:harbor.example'") != nil)
    pressAnew("u", in: &scene)
    #expect(scene.intents == published(.online))
  }

  @Test func aRevokeCannotBeUndoneAndIsNotPassedOver() {
    var scene = scene()
    scene.press("3", ":")
    scene.type("revoke @pip:harbor.example")
    scene.press(.enter, "u")
    #expect(scene.intents == [])
    #expect(scene.line(with: "cannot undo 'revoke @pip:harbor.example'") != nil)
    pressAnew("u", in: &scene)
    #expect(scene.intents == published(.online))
  }

  // MARK: The server's part

  /// The answer to the name and the stream's word for it come apart.
  @Test func aNameIsRestoredOnceTheServerHasTheOther() {
    var scene = scene()
    scene.press(":")
    scene.type("name Mary")
    scene.press(.enter, "u")
    #expect(scene.intents == [])
    #expect(scene.line(with: "wait a moment: your name is still being sent") != nil)
    scene.send(.renamed("Mary", nil))
    pressAnew("u", in: &scene)
    #expect(scene.intents == [.rename("Mara")])
  }

  @Test func withoutAConnectionTheStepIsKept() {
    var scene = Scene([], isConnected: true)
    scene.receive([.own(.online, "here")])
    scene.press("3")
    var other = scene
    other.model.server = ServerState()
    other.press("u")
    #expect(other.intents == [])
    #expect(other.line(with: "wait a moment: not connected yet") != nil)
    other.receive([])
    pressAnew("u", in: &other)
    #expect(other.intents == published(.online))
  }

  @Test func whatTheServerRefusedLeavesNothingToUndo() {
    var scene = scene()
    scene.press("3")
    let update = StatusUpdate(presence: .busy, statusMessage: "here")
    scene.send(.publishing(.refused(update, SDKError(.badAnswer, "no"))))
    scene.press("u")
    #expect(scene.intents == [])
    #expect(scene.line(with: "nothing left to undo of 'set busy': you are online already") != nil)
  }

  @Test func onlySoManyStepsAreKept() {
    var history = UndoHistory()
    for number in 0..<200 { history.record(UndoHistory.Step(line: "name \(number)", reversal: nil)) }
    #expect(history.done.count == UndoHistory.limit)
    #expect(history.done.last?.line == "name 199")
  }

  @Test func whatOthersWroteIsSaidSafely() {
    var scene = scene()
    scene.model.undoHistory.record(UndoHistory.Step(line: "status \u{1B}[2J\u{202E}x", reversal: nil))
    scene.press("u")
    #expect(scene.line(with: "cannot undo 'status [2Jx'") != nil)
  }
}
