import MatrixWire
import PorchlightSDK
import Ports
import Screen
import Testing

@testable import PorchlightApp

@Suite struct InviteTests {
  static let people: [StreamEvent] = [
    [.own(), .invite("ola"), .invite("pip")], .person("ann", .online),
    .person("wil", .unknown, reason: .pending),
  ].flatMap(\.self)

  private func scene(at user: String) -> Scene {
    var scene = Scene(Self.people)
    while scene.selected != user { scene.press(.down) }
    return scene
  }

  @Test func capitalIGoesToTheFirst() {
    var scene = scene(at: "ann")
    scene.press("I")
    #expect(scene.selected == "ola")
  }

  @Test(arguments: [(Key.character("A"), ContactChange.accept(.user("pip"))), ("D", .deny(.user("pip")))])
  func theSelectedInviteIsAnswered(key: Key, change: ContactChange) {
    var scene = scene(at: "pip")
    scene.press(key)
    #expect(scene.intents == [.change(change)])
    #expect(scene.line(with: "pip")?.contains("(\(change.progress))") == true)
  }

  @Test func elsewhereNotEvenTheOnlyInviteIsAnswered() {
    var scene = scene(at: "ann")
    scene.receive([.invite("pip", .withdrawn)])
    scene.press("A")
    #expect(scene.intents == [])
    #expect(scene.line(with: "I goes to the invites") != nil)
  }

  /// Presses a key so many times, a gap after each; the answers that were asked for.
  private func press(
    _ key: Key, _ gaps: [Int], in scene: inout Scene, confirming delay: Int? = 0
  ) -> [ContactChange] {
    var answers: [ContactChange] = []
    for gap in gaps {
      scene.press(key)
      answers += scene.intents.changes
      answers += scene.wait(.milliseconds(gap)).changes
      guard delay != nil else { continue }
      scene.receive(answers.map { .invite(String($0.userID.localpart), key == "A" ? .accepted : .denied) })
    }
    return answers
  }

  private static func invites(_ count: Int) -> Scene {
    var scene = Scene([.own()] + (0..<count).map { .invite("u\($0 + 100)") })
    scene.press("I")
    scene.wait(.seconds(2))
    return scene
  }

  @Test(arguments: [(500, 33), (250, 92), (200, 25), (660, 40)], ["A", "D"] as [Key])
  func aHeldKeyAnswersOneInvite(rate: (delay: Int, gap: Int), key: Key) {
    var scene = Self.invites(50)
    let answers = press(key, [rate.delay] + Array(repeating: rate.gap, count: 60), in: &scene)
    #expect(answers.count == 1)
    // Let go and pressed again, it answers the next.
    scene.wait(.milliseconds(500))
    #expect(press(key, [500], in: &scene).count == 1)
  }

  /// The issue: `D` every 0.5 s, twenty presses answered one.
  @Test(arguments: [500, 166, 140, 900, 1_500], ["A", "D"] as [Key])
  func fiftyPressesAnswerFiftyInvites(gap: Int, key: Key) {
    var scene = Self.invites(50)
    #expect(press(key, Array(repeating: gap, count: 50), in: &scene).count == 50)
    #expect(scene.order.isEmpty)
  }

  @Test func pressesAreAnsweredBeforeTheServerIs() {
    var scene = Self.invites(50)
    let answers = press("A", Array(repeating: 166, count: 50), in: &scene, confirming: nil)
    #expect(Set(answers).count == 50)
  }

  @Test func anotherKeySettlesAPressThatMightHaveBeenARepeat() {
    var scene = Self.invites(3)
    scene.press("A")
    scene.wait(.milliseconds(400))
    scene.press("A")
    #expect(scene.intents == [])
    scene.wait(.milliseconds(50))
    scene.press("D")
    #expect(scene.intents == [.change(.accept(.user("u101"))), .change(.deny(.user("u102")))])
  }

  @Test func aPressThatMightBeARepeatAnswersNoInviteThatItWasNotMeantFor() {
    var scene = Self.invites(3)
    scene.press("A")
    scene.wait(.milliseconds(400))
    scene.press("A")
    scene.receive([.invite("u101", .withdrawn)])
    #expect(scene.wait(.milliseconds(500)).changes == [])
  }

  @Test func aHeldEnterAnswersNoInvites() {
    var scene = Self.invites(20)
    #expect(press(.enter, [500] + Array(repeating: 33, count: 40), in: &scene) == [])
    scene.press(.escape)
    scene.wait(.milliseconds(700))
    #expect(press(.enter, [400, 400], in: &scene) == [.accept(.user("u100"))])
  }

  @Test func acceptingOffersToAskBackWithOneKey() {
    var scene = scene(at: "ola")
    scene.press("A")
    #expect(scene.intents == [.change(.accept(.user("ola")))])
    #expect(scene.line(with: "y asks to see @ola:harbor.example too") != nil)
    scene.press("y")
    #expect(scene.intents == [.change(.invite(.user("ola")))])
    scene.press("y")
    #expect(scene.intents == [])
  }

  @Test func whoIsOnTheListAlreadyIsNotAskedBack() {
    var scene = scene(at: "ola")
    scene.receive([.invite("ann")])
    scene.press("I")
    #expect(scene.selected == "ann")
    scene.press("A")
    #expect(scene.intents == [.change(.accept(.user("ann")))])
    #expect(scene.line(with: "y asks") == nil)
    scene.press("y")
    #expect(scene.intents == [])
  }

  @Test func theOfferToAskBackIsOverWithAnotherKeyOrWithTime() {
    var scene = scene(at: "ola")
    scene.press("A", "j", "y")
    #expect(scene.intents == [])
    scene = self.scene(at: "ola")
    scene.press("A")
    scene.wait(UITiming.offer)
    #expect(scene.line(with: "y asks") == nil)
    scene.press("y")
    #expect(scene.intents == [])
  }

  @Test func aRefusedAcceptTakesTheOfferBack() {
    var scene = scene(at: "ola")
    scene.press("A")
    scene.send(.answered(.accept(.user("ola")), SDKError(.badAnswer, "no")))
    scene.press("y")
    #expect(scene.intents == [])
  }

  @Test(arguments: [(24, 80, "list? (y/n)"), (24, 40, "? (y/n)"), (6, 24, "? y/n")])
  func theRemovalConfirmationIsNeverCut(rows: Int, columns: Int, end: String) {
    let name = String(repeating: "Amara", count: 20)
    var scene = Scene([.own()] + .person("amara", .online, called: name), rows: rows, columns: columns)
    scene.press("X")
    #expect(scene.line(with: "remove Ama")?.hasSuffix(end) == true)
  }

  @Test func elsewhereOneOfSeveralMustBeChosenFirst() {
    var scene = scene(at: "ann")
    scene.press("A")
    #expect(scene.intents == [])
    #expect(scene.line(with: "I goes to the invites") != nil)
  }

  @Test func anAnswerUnderWayIsNotSentTwice() {
    var scene = scene(at: "pip")
    scene.press("A", "A")
    #expect(scene.intents == [])
    scene.wait(.milliseconds(1_100))
    scene.press("A")
    #expect(scene.intents == [])
    #expect(scene.line(with: "already under way") != nil)
  }

  @Test func theStreamConfirms() {
    var scene = scene(at: "ola")
    scene.press("A")
    scene.send(.answered(.accept(.user("ola")), nil))
    #expect(scene.line(with: "(accepting)") != nil)
    scene.receive([.invite("ola", .accepted)])
    #expect(scene.model.list.changes.isEmpty)
    #expect(scene.selected == "pip")
  }

  @Test func aFailureNamesThePersonAndTheReason() {
    var scene = scene(at: "ola")
    scene.press("A")
    scene.send(.answered(.accept(.user("ola")), SDKError(.unreachable, "no answer")))
    #expect(scene.line(with: "@ola:harbor.example: no answer") != nil)
    #expect(scene.line(with: "(accepting)") == nil)
  }

  @Test func removalNeedsAYes() {
    var scene = scene(at: "ann")
    scene.press("X")
    #expect(scene.intents == [])
    scene.press("y")
    #expect(scene.intents == [.change(.remove(.user("ann")))])
  }

  @Test(arguments: ["n", .escape, .control("c"), "j", .enter] as [Key])
  func anyOtherKeyKeeps(key: Key) {
    var scene = scene(at: "ann")
    scene.press("X", key)
    #expect(scene.intents == [])
    #expect(scene.model.layers.isEmpty)
  }

  @Test func anUnansweredInviteIsTakenBack() {
    var scene = scene(at: "wil")
    scene.press("X")
    #expect(scene.line(with: "take back your invite to wil?") != nil)
  }

  @Test func invitesAreNeverFolded() {
    var scene = scene(at: "ola")
    scene.press(.tab)
    #expect(scene.order.prefix(3) == ["-Invites 2", "ola", "pip"])
  }

  @Test func aMenuOfSomebodyWhoLeftCloses() {
    var scene = scene(at: "ola")
    scene.press(.enter)
    scene.receive([.invite("ola", .withdrawn)])
    #expect(scene.model.layers.isEmpty)
  }
}
