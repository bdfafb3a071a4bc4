import MatrixWire
import PorchlightSDK
import Screen
import Testing

@testable import PorchlightApp

/// The roster on a server without presence lists, where direct rooms make contacts.
struct DirectRoomTests {
  private var scene: Scene = {
    var scene = Scene(isConnected: false, traits: .rooms(hasBusy: false))
    scene.receive([.own(.online, "tea")] + .person("bob", .online), isComplete: true)
    scene.send(.versions(VersionsAnswer(versions: ["v1.12"], unstableFeatures: [:])))
    return scene
  }()

  @Test func peopleCanBeAskedThere() {
    #expect(scene.grid.text.contains("live"))
    #expect(!scene.grid.text.contains("no lists"))
    #expect(scene.model.server.canAsk)
  }

  @Test mutating func busyIsAwayAndSaidSo() {
    scene.press("3")
    #expect(scene.intents == [.publish(StatusUpdate(presence: .unavailable, statusMessage: "tea"))])
    #expect(scene.grid.text.contains("this server has no 'busy': others see away"))
  }

  @Test func nothingIsSaidOfAChoiceThatWasNotMade() {
    var scene = Scene(isConnected: false, traits: .rooms(hasBusy: false))
    scene.press("3")
    #expect(scene.intents.isEmpty)
    #expect(scene.grid.text.contains("not connected yet"))
  }

  @Test mutating func freeForChatIsOnlineAndSaidSo() {
    scene.press("2", "5")
    #expect(scene.intents == [.publish(StatusUpdate(presence: .online, statusMessage: "tea"))])
    #expect(scene.grid.text.contains("this server has no 'free for chat': others see online"))
  }

  @Test mutating func theKeyForBusyGoesToAwayAndBack() {
    scene.press("d")
    #expect(scene.intents == [.publish(StatusUpdate(presence: .unavailable, statusMessage: "tea"))])
    scene.press("d")
    #expect(scene.intents == [.publish(StatusUpdate(presence: .online, statusMessage: "tea"))])
  }

  /// The server is silent where a status makes no difference.
  @Test mutating func aStatusThatTheServerTookIsNotPendingAnyMore() {
    scene.press("2")
    scene.receive([.own(.unavailable, "tea")])
    scene.press("1", "2")
    #expect(scene.grid.text.contains("(sending)"))
    scene.send(.publishing(.published(StatusUpdate(presence: .unavailable, statusMessage: "tea"))))
    #expect(!scene.grid.text.contains("(sending)"))
  }

  @Test mutating func anAcceptIsMutualSoThatNobodyIsAskedBack() {
    scene.receive([.invite("ola")])
    scene.press("I", "A")
    #expect(scene.intents == [.change(.accept(.user("ola")))])
    #expect(scene.grid.text.contains("you see each other then"))
    scene.press("y")
    #expect(scene.intents.changes.isEmpty)
  }

  @Test mutating func whoAsksIsIgnoredByACommand() {
    scene.receive([.invite("ola")])
    scene.press(":")
    scene.type("ignore ola")
    scene.press(.enter)
    #expect(scene.intents == [.change(.ignore(.user("ola")))])
    #expect(scene.grid.text.contains("(ignoring)"))
    scene.receive([.invite("ola", .denied)])
    #expect(scene.line(with: "ola") == nil || !scene.grid.text.contains("(ignoring)"))
  }

  @Test mutating func whoIsRemovedAndSharesARoomSeesTheUserStill() {
    scene.receive([], rooms: .joined([.room("hall", "The hall", .invited, with: ["bob", "ola"])]))
    scene.receive([.list("bob", .dropped)])
    #expect(scene.line(with: "@bob:harbor.example still sees you in The hall") != nil)
  }

  @Test mutating func howTheServerKeepsContactsMayBecomeKnownLater() {
    var scene = Scene(isConnected: false)
    scene.send(.roster(.settled(.rooms(hasBusy: false))))
    #expect(scene.model.server.traits.contacts == .rooms)
  }

  @Test mutating func aServerWithoutPresenceSaysWhy() {
    scene.receive([.state("bob", .unknown, reason: .presenceOff)])
    #expect(scene.line(with: "bob")?.contains("your server has presence") == true)
  }
}
