import MatrixWire
import PorchlightSDK
import Ports
import Screen
import Testing

@testable import PorchlightApp

@Suite struct NameTests {
  @Test func aKeySetsTheOwnDisplayName() {
    var scene = Scene()
    scene.press("@")
    #expect(scene.line(with: "name: Mara") != nil)
    scene.press(.control("u"))
    scene.type("Ann B.")
    scene.press(.enter)
    #expect(scene.intents == [.rename("Ann B.")])
    scene.send(.renamed("Ann B.", nil))
    #expect(scene.line(with: "others see you as Ann B.") != nil)
  }

  @Test func aRefusedNameIsSaid() {
    var scene = Scene()
    scene.send(.renamed("Ann", SDKError(.refused(MatrixError(.forbidden, "no")), "names are fixed here")))
    #expect(scene.line(with: "name not changed: names are fixed here") != nil)
  }

  @Test func theSameNameIsNotSentAgain() {
    var scene = Scene()
    scene.press("@", .enter)
    #expect(scene.intents == [])
    #expect(scene.line(with: "that is your name already") != nil)
  }

  @Test func anEmptyNameClearsIt() {
    var scene = Scene()
    scene.press("@", .control("u"), .enter)
    #expect(scene.intents == [.rename("")])
  }

  @Test func theNameIsNotWrittenBeforeItIsKnown() {
    var scene = Scene(isConnected: false)
    scene.press("@")
    #expect(scene.model.layers.isEmpty)
  }
}
