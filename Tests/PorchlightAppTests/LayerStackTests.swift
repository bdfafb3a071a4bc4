import MatrixWire
import PorchlightSDK
import Screen
import Testing

@testable import PorchlightApp

@Suite struct LayerStackTests {
  private static let people: [StreamEvent] = [[.own()], .person("ann", .online)].flatMap(\.self)

  @Test func theTopmostLayerTakesTheKeysAndTheNextOneStaysUnderIt() {
    var scene = Scene(Self.people)
    scene.press(.enter)
    scene.model.layers.open(.help(top: 0))
    #expect(scene.line(with: "Esc closes") != nil)
    scene.press(.escape)
    #expect(scene.model.layers.scope == .menu)
    #expect(scene.line(with: "remove from your list") != nil)
    scene.press(.escape)
    #expect(scene.model.layers.isEmpty)
  }

  @Test func whatIsAboutARowThatIsGoneClosesWhereverItIs() {
    var scene = Scene(Self.people)
    scene.press(.enter)
    scene.model.layers.open(.help(top: 0))
    scene.receive([.list("ann", .revoked)])
    #expect(scene.model.layers.layers == [.help(top: 0)])
  }

  @Test func theEndOfTheSessionClosesWhateverIsOpen() {
    var scene = Scene(Self.people)
    let error = SDKError(.loggedOut, "The session has ended.")
    scene.press("s")
    scene.send(.loggedOut(error))
    #expect(scene.model.layers.layers == [.farewell(error)])
  }
}
