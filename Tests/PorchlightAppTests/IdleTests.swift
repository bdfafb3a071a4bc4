import MatrixWire
import PorchlightSDK
import Ports
import Screen
import Testing

@testable import PorchlightApp

@Suite struct IdleTests {
  @Test func idlenessIsReportedOnceWithItsBeginning() {
    var scene = Scene()
    let start = scene.now.instant
    scene.wait(.seconds(299))
    #expect(!scene.model.own.idle.isIdle)
    scene.advance(to: start + .seconds(300))
    scene.send(.tick)
    #expect(scene.intents == [.reportIdle(since: start)])
    scene.wait(.seconds(3_600))
    scene.send(.tick)
    #expect(scene.intents == [])
  }

  @Test func aServerThatComesBackIsToldOfIdlenessAgain() {
    var scene = Scene()
    let start = scene.now.instant
    scene.wait(.seconds(400))
    scene.interrupt()
    #expect(scene.intents == [])
    scene.receive([.own()])
    #expect(scene.intents == [.reportIdle(since: start), .askVersions])
    scene.receive([.own()])
    #expect(scene.intents == [])
  }

  @Test func aServerThatComesBackIsToldNothingOfSomebodyWhoIsThere() {
    var scene = Scene()
    scene.interrupt()
    scene.receive([.own()])
    #expect(scene.intents == [.askVersions])
  }

  @Test func theTitleSaysIdleWhileItLasts() {
    var scene = Scene()
    scene.wait(.seconds(300))
    #expect(scene.line(with: "porchlight")?.contains("◔ idle") == true)
    scene.press("j")
    #expect(scene.line(with: "porchlight")?.contains("◉ online") == true)
  }

  @Test func theKeyThatEndsItIsReportedFirstAndDoesWhatItSays() {
    var scene = Scene()
    scene.wait(.seconds(400))
    scene.press("3")
    #expect(
      scene.intents == [.reportIdle(since: nil), .publish(StatusUpdate(presence: .busy, statusMessage: nil))])
  }

  @Test func aManualChangeWhileIdleKeepsTheText() {
    var scene = Scene([.own(.freeForChat, "tea?")])
    scene.wait(.seconds(400))
    scene.press("2")
    #expect(scene.intents.last == .publish(StatusUpdate(presence: .unavailable, statusMessage: "tea?")))
    #expect(scene.line(with: "porchlight")?.contains("◔ away \"tea?\"") == true)
  }

  @Test func idlenessNeverChangesChoiceOrText() {
    var scene = Scene([.own(.freeForChat, "tea?")])
    scene.wait(.seconds(400))
    scene.receive([.own(.freeForChat, "tea?", seen: .unavailable)])
    scene.press("j")
    #expect(scene.intents == [.reportIdle(since: nil)])
    #expect(scene.line(with: "porchlight")?.contains("✦ free for chat \"tea?\"") == true)
  }

  @Test(arguments: [
    (PresenceState.busy, "⊘ busy"), (.unavailable, "◔ away"), (.hidden, "◌ invisible"),
  ])
  func otherChoicesAreReportedButLookTheSame(choice: PresenceState, title: String) {
    var scene = Scene([.own(choice)])
    scene.wait(.seconds(280))
    #expect(scene.line(with: "idle in") == nil)
    scene.advance(to: scene.now.instant + .seconds(20))
    scene.send(.tick)
    #expect(scene.intents.count == 1)
    #expect(scene.line(with: "porchlight")?.contains(title) == true)
  }

  @Test func onlineChosenWhileAwayAndIdleEndsIdlenessToo() {
    var scene = Scene([.own(.unavailable)])
    scene.wait(.seconds(400))
    scene.press("1")
    #expect(scene.line(with: "porchlight")?.contains("◉ online") == true)
  }

  @Test func theCountdownBeginsAMinuteBefore() {
    var scene = Scene()
    scene.wait(.seconds(239))
    #expect(scene.line(with: "idle in") == nil)
    scene.wait(.seconds(1))
    #expect(scene.line(with: "idle in 60s") != nil)
  }

  @Test func aShortLimitCountsDownItsLastHalf() {
    var scene = Scene(idleAfter: .seconds(20))
    scene.wait(.seconds(9))
    #expect(scene.line(with: "idle in") == nil)
    scene.wait(.seconds(1))
    #expect(scene.line(with: "idle in 10s") != nil)
  }

  @Test func idleAfterOffIsNeverIdle() {
    var scene = Scene(idleAfter: nil)
    scene.wait(.seconds(100_000))
    #expect(scene.line(with: "idle in") == nil)
    #expect(!scene.model.own.idle.isIdle)
    #expect(scene.model.own.idle.idleSince == nil)
  }

  @Test func withoutALimitTheServerIsToldAgainThatThisDeviceSpeaksForItself() {
    var scene = Scene(idleAfter: nil)
    scene.interrupt()
    scene.receive([])
    #expect(scene.intents == [.reportIdle(since: nil), .askVersions])
  }

  @Test func theCountdownTicksOncePerSecondAndNotBefore() {
    var scene = Scene()
    let start = scene.now.instant
    #expect(scene.model.nextTick(after: scene.now) == start + .seconds(240))
    scene.wait(.seconds(240))
    #expect(scene.model.nextTick(after: scene.now) == start + .seconds(241))
  }

  @Test(arguments: [
    InputEvent.key(.unknown([])), .paste("text"), .resized(Size(rows: 3, columns: 3)),
    .resumed(Size(rows: 24, columns: 80)),
  ])
  func whateverAPersonDoesEndsIdleness(input: InputEvent) {
    var scene = Scene()
    scene.wait(.seconds(400))
    scene.send(.input(input))
    #expect(scene.intents.first == .reportIdle(since: nil))
  }

  @Test func eventsFromOthersAreNoActivity() {
    var scene = Scene([.own()] + .person("bob", .online))
    scene.wait(.seconds(200))
    scene.receive([.state("bob", .busy)])
    scene.wait(.seconds(100))
    #expect(scene.model.own.idle.isIdle)
  }

  @Test func theServerIsToldAtTheStartThatSomebodyIsThere() {
    #expect(Model.opening == [.reportIdle(since: nil)])
  }
}
