import MatrixWire
import PorchlightSDK
import Ports
import PresenceCore
import Screen
import Testing

@testable import PorchlightApp

@Suite struct StatusTests {
  private func update(_ choice: PresenceState, _ text: String? = nil) -> StatusUpdate {
    StatusUpdate(presence: choice, statusMessage: text)
  }

  @Test(arguments: [
    (Key.character("2"), PresenceState.unavailable), ("3", .busy), ("4", .hidden),
    ("5", .freeForChat), ("a", .unavailable), ("d", .busy),
  ])
  func aDigitSendsChoiceAndTextTogether(key: Key, choice: PresenceState) {
    var scene = Scene([.own(.online, "here")])
    scene.press(key)
    #expect(scene.intents == [.publish(update(choice, "here"))])
  }

  @Test func whoHidesIsToldOnceThatTheirProfileStaysPublic() {
    let words = "your profile stays public"
    var scene = Scene([.own(.online, "here")])
    scene.press("4")
    #expect(scene.line(with: words) != nil)
    scene.press(.down)
    #expect(scene.line(with: words) == nil)
    scene.press("4")
    #expect(scene.line(with: words) == nil)
    for key: Key in ["1", "2", "3", "5"] {
      scene.press(key)
      #expect(scene.line(with: words) == nil)
    }
    var back = Scene([.own(.hidden)])
    back.press("a", "a")
    #expect(back.line(with: words) != nil, "to go back to it is to hide as well")
  }

  @Test func onTheNarrowestScreenTheWordsOnHidingAreWhole() {
    var scene = Scene([.own(.online, "here")], rows: 20, columns: 60)
    scene.press("4")
    #expect(scene.line(with: "you look offline; your profile stays public") != nil)
  }

  /// The server has told nothing of oneself yet, and the connection goes while one writes.
  @Test(arguments: [("s", "lunch"), ("@", "Ann B.")] as [(Key, String)])
  func whatIsWrittenIsKeptWhileTheConnectionIsGone(key: Key, text: String) {
    var scene = Scene([])
    scene.press(key)
    scene.type(text)
    scene.interrupt()
    scene.press(.enter)
    #expect(scene.intents == [])
    #expect(scene.line(with: "not connected yet") != nil)
    scene.receive([.own(.online)])
    scene.press(.enter)
    #expect(scene.intents == [key == "s" ? .publish(update(.online, text)) : .rename(text)])
  }

  @Test func aChoiceIsPendingUntilTheEcho() {
    var scene = Scene()
    scene.press("3")
    #expect(scene.line(with: "busy")?.contains("(sending)") == true)
    scene.send(.publishing(.published(update(.busy))))
    #expect(scene.line(with: "busy")?.contains("(sending)") == true)
    scene.receive([.own(.busy)])
    #expect(scene.line(with: "(sending)") == nil)
  }

  @Test func anEchoOfSomethingElseLeavesItPending() {
    var scene = Scene()
    scene.press("3")
    scene.receive([.own(.online, "older")])
    #expect(scene.line(with: "⊘ busy")?.contains("(sending)") == true)
  }

  @Test func whenAnotherDeviceWinsTheEchoIsBelieved() {
    var scene = Scene()
    scene.press("3")
    scene.send(.publishing(.published(update(.busy))))
    scene.receive([])
    scene.receive([.own(.hidden)])
    #expect(scene.line(with: "porchlight")?.contains("invisible") == true)
  }

  @Test func aRefusedUpdateRevertsAndSaysWhy() {
    var scene = Scene([.own(.online, "here")])
    scene.press("3")
    let error = SDKError(.refused(MatrixError(.forbidden, "no")), "no such presence")
    scene.send(.publishing(.refused(update(.busy, "here"), error)))
    #expect(scene.line(with: "porchlight")?.contains("◉ online") == true)
    #expect(scene.line(with: "status not changed: no such presence") != nil)
  }

  @Test func aRefusalOfWhatIsNotWantedAnyMoreChangesNothing() {
    var scene = Scene()
    scene.press("3", "4")
    scene.send(.publishing(.refused(update(.busy), SDKError(.badAnswer, "no"))))
    #expect(scene.line(with: "porchlight")?.contains("invisible") == true)
  }

  @Test func aDelayedUpdateStaysPending() {
    var scene = Scene()
    scene.press("3")
    scene.send(.publishing(.delayed(update(.busy), SDKError(.unreachable, "no answer"))))
    #expect(scene.line(with: "porchlight")?.contains("(waiting)") == true)
  }

  @Test(arguments: [(Key.character("a"), PresenceState.hidden), ("d", .freeForChat)])
  func twiceGoesBackToTheChoiceBefore(key: Key, choice: PresenceState) {
    var scene = Scene([.own(choice)])
    scene.press(key)
    scene.press(key)
    #expect(scene.intents == [.publish(update(choice))])
  }

  @Test func backFromAwayWithoutABeforeIsOnline() {
    var scene = Scene([.own(.unavailable)])
    scene.press("a")
    #expect(scene.intents == [.publish(update(.online))])
  }

  @Test func theSameChoiceAgainSendsNothing() {
    var scene = Scene()
    scene.press("1")
    #expect(scene.intents == [])
    #expect(scene.line(with: "you are online already") != nil)
  }

  @Test func nothingIsSentBeforeTheTextIsKnown() {
    var scene = Scene(isConnected: false)
    scene.press("3")
    #expect(scene.intents == [])
  }

  @Test func theEditorStartsWithTheTextAndSendsIt() {
    var scene = Scene([.own(.busy, "in a call")])
    scene.press("s")
    scene.type(" é")
    scene.press(.enter)
    #expect(scene.intents == [.publish(update(.busy, "in a call é"))])
  }

  @Test(arguments: [Key.escape, .control("c")])
  func theEditorCanBeLeft(key: Key) {
    var scene = Scene([.own(.busy, "in a call")])
    scene.press("s")
    scene.type("q1j")
    scene.press(key)
    #expect(scene.intents == [])
    #expect(scene.model.layers.isEmpty)
    #expect(scene.line(with: "porchlight")?.contains("\"in a call\"") == true)
  }

  @Test func pastedTextIsMadeSafe() {
    var scene = Scene()
    scene.press("s")
    scene.send(.input(.paste("two\nlines\u{1B}[2J")))
    scene.press(.enter)
    #expect(scene.intents == [.publish(update(.online, "two lines[2J"))])
  }

  @Test func theTextHasALimitInBytes() {
    var scene = Scene()
    scene.press("s")
    scene.type(String(repeating: "写", count: 341))
    #expect(scene.model.notices.current == nil)
    scene.type("写")
    #expect(scene.line(with: "no room for that: this line takes 1024 bytes") != nil)
    scene.press(.enter)
    #expect(scene.intents == [.publish(update(.online, String(repeating: "写", count: 341)))])
  }

  @Test func theEditorTakesAsMuchAsTheServer() {
    #expect(StatusCommand.limit == PresenceLimits().statusBytes)
  }

  @Test func aPasteOfFiveThousandBytesSaysThatItIsCut() {
    var scene = Scene()
    scene.press("s")
    scene.send(.input(.paste(String(repeating: "x", count: 5_000))))
    #expect(scene.line(with: "no room for that: this line takes 1024 bytes") != nil)
    scene.press(.enter)
    #expect(scene.intents == [.publish(update(.online, String(repeating: "x", count: 1_024)))])
  }

  @Test func cClearsTheText() {
    var scene = Scene([.own(.busy, "in a call")])
    scene.press("c")
    #expect(scene.intents == [.publish(update(.busy))])
  }

  @Test func goingBackStaysPendingUntilItsOwnEcho() {
    var scene = Scene([.own(.busy)])
    scene.press("2", "3")
    #expect(scene.intents == [.publish(update(.busy))])
    #expect(scene.line(with: "⊘ busy")?.contains("(sending)") == true)
    scene.receive([])
    scene.receive([.own(.unavailable)])
    #expect(scene.line(with: "⊘ busy")?.contains("(sending)") == true)
    scene.receive([.own(.busy)])
    #expect(scene.line(with: "⊘ busy")?.contains("(sending)") == false)
  }

  @Test func anEarlierEchoOfTheSameChoiceSettlesNothing() {
    var scene = Scene()
    scene.press("3", "2", "3")
    scene.receive([.own(.busy)])
    scene.receive([.own(.unavailable)])
    #expect(scene.line(with: "⊘ busy")?.contains("(sending)") == true)
  }

  @Test func theNewestWishIsTheBaseOfTheNextToggle() {
    var scene = Scene()
    scene.press("3", "a", "a", "a")
    #expect(scene.intents == [.publish(update(.unavailable))])
    #expect(scene.line(with: "◔ away")?.contains("(sending)") == true)
  }
}
