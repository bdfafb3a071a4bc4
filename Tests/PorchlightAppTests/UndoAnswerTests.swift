import MatrixWire
import PorchlightSDK
import Ports
import Screen
import Testing

@testable import PorchlightApp

/// What the server makes of an undo, and what others changed before it.
@Suite struct UndoAnswerTests {
  private static let people: [StreamEvent] = [
    [.own(.online, "here"), .invite("ola")], .person("ann", .online), .person("bob", .unavailable),
  ].flatMap(\.self)

  private func scene() -> Scene { Scene(Self.people) }

  /// Presses undo, not held since the key before.
  private func undo(in scene: inout Scene) {
    scene.wait(.seconds(1))
    scene.press("u")
  }

  private func run(_ line: String, in scene: inout Scene) {
    scene.press(":")
    scene.type(line)
    scene.press(.enter)
  }

  // MARK: Requests that fail

  @Test func aRevokeIsClaimedOnlyOnceItIsDone() {
    var scene = scene()
    run("revoke @pip:harbor.example", in: &scene)
    #expect(scene.line(with: "revoking @pip:harbor.example") != nil)
    #expect(scene.line(with: "any more") == nil)
    scene.send(.answered(.revoke(.user("pip")), SDKError(.unreachable, "no answer")))
    #expect(scene.line(with: "any more") == nil)
    #expect(scene.line(with: "@pip:harbor.example: no answer") != nil)
  }

  @Test func anUndoWhoseRequestFailsCanBeTriedAgain() {
    var scene = scene()
    scene.press("I", "A")
    scene.receive([.invite("ola", .accepted)])
    for _ in 0..<2 {
      undo(in: &scene)
      #expect(scene.intents == [.change(.revoke(.user("ola")))])
      scene.send(.answered(.revoke(.user("ola")), SDKError(.unreachable, "no answer")))
      #expect(scene.line(with: "@ola:harbor.example: no answer") != nil)
    }
    #expect(scene.model.undoHistory.undone.isEmpty)
  }

  @Test func aRedoWhoseRequestFailsCanBeTriedAgain() {
    var scene = scene()
    run("remove bob", in: &scene)
    scene.receive([.list("bob", .dropped)])
    undo(in: &scene)
    scene.receive([.list("bob", .pending)])
    scene.send(.answered(.invite(.user("bob")), nil))
    for _ in 0..<2 {
      scene.wait(.seconds(1))
      scene.press(.control("r"))
      #expect(scene.intents == [.change(.remove(.user("bob")))])
      scene.send(.answered(.remove(.user("bob")), SDKError(.disconnected, "cut")))
    }
    #expect(scene.model.undoHistory.done.isEmpty)
  }

  /// It would fail again, and be in the way.
  @Test func anUndoThatIsRefusedIsInTheWayOfNoOlderStep() {
    var scene = scene()
    scene.press("3", "I", "A")
    scene.receive([.invite("ola", .accepted)])
    undo(in: &scene)
    let refusal = MatrixError(.notFound, "has no permission")
    scene.send(.answered(.revoke(.user("ola")), SDKError(.refused(refusal), refusal.message)))
    #expect(scene.model.undoHistory.undone.isEmpty)
    undo(in: &scene)
    #expect(scene.intents == [.publish(StatusUpdate(presence: .online, statusMessage: "here"))])
  }
}
