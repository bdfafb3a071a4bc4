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
    scene.press("y")
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

  // MARK: What was changed elsewhere

  @Test(arguments: [
    ("set busy", StreamEvent.own(.busy, "here"), StreamEvent.own(.unavailable, "here"), "your state"),
    ("toggle away", .own(.unavailable, "here"), .own(.busy, "here"), "your state"),
    ("status lunch", .own(.online, "lunch"), .own(.online, "tea"), "your status text"),
    ("clear", .own(.online), .own(.online, "tea"), "your status text"),
  ])
  func whatWasSetElsewhereSinceStays(line: String, echo: StreamEvent, later: StreamEvent, what: String) {
    var scene = scene()
    run(line, in: &scene)
    scene.receive([echo])
    scene.receive([later])
    undo(in: &scene)
    #expect(scene.intents == [])
    #expect(scene.line(with: "cannot undo '\(line)': \(what) has changed since") != nil)
  }

  @Test func whatWasSetElsewhereSinceIsNotDoneOver() {
    var scene = scene()
    run("set busy", in: &scene)
    scene.receive([.own(.busy, "here")])
    undo(in: &scene)
    scene.receive([.own(.online, "here")])
    scene.receive([.own(.unavailable, "here")])
    scene.press(.control("r"))
    #expect(scene.intents == [])
    #expect(scene.line(with: "cannot redo 'set busy': your state has changed since") != nil)
  }

  @Test func anotherTextDoesNotKeepAStateFromBeingUndone() {
    var scene = scene()
    run("set busy", in: &scene)
    scene.receive([.own(.busy, "here")])
    scene.receive([.own(.busy, "tea")])
    undo(in: &scene)
    #expect(scene.intents == [.publish(StatusUpdate(presence: .online, statusMessage: "tea"))])
  }

  @Test func aNameThatWasSetElsewhereSinceStays() {
    var scene = scene()
    rename("Mary", in: &scene)
    for name in ["Mary", "Zoe"] {
      scene.receive([.presence(.own, PresenceContent(state: .online, displayName: name))])
    }
    undo(in: &scene)
    #expect(scene.intents == [])
    #expect(scene.line(with: "cannot undo 'name Mary': your name has changed since") != nil)
  }

  // MARK: The name

  /// The server takes it, and the stream has not told of it yet.
  private func rename(_ name: String, in scene: inout Scene) {
    run("name \(name)", in: &scene)
    #expect(scene.intents == [.rename(name)])
    scene.send(.renamed(name, nil))
  }

  @Test func aSecondNameIsUndoneToTheFirstBeforeTheStreamTellsOfIt() {
    var scene = scene()
    rename("Mary", in: &scene)
    rename("Maria", in: &scene)
    for (key, name) in [("u", "Mary"), ("u", "Mara"), (.control("r"), "Mary"), (.control("r"), "Maria")]
      as [(Key, String)]
    {
      scene.wait(.seconds(1))
      scene.press(key)
      #expect(scene.intents == [.rename(name)])
      scene.send(.renamed(name, nil))
    }
  }

  @Test func theStreamEndsWhatWasSentButNotByALateName() {
    var scene = scene()
    rename("Mary", in: &scene)
    rename("Maria", in: &scene)
    func name(after echo: String?) -> String {
      if let echo { scene.receive([.presence(.own, PresenceContent(state: .online, displayName: echo))]) }
      return scene.model.own.name.current(scene.model.echo)
    }
    #expect([nil, "Mara", "Mary", "Maria", "Zoe"].map(name) == ["Maria", "Maria", "Maria", "Maria", "Zoe"])
  }

  @Test func aRefusedNameIsNotTakenForThePresentOne() {
    var scene = scene()
    rename("Mary", in: &scene)
    run("name Maria", in: &scene)
    scene.send(.renamed("Maria", SDKError(.unreachable, "no answer")))
    #expect(scene.model.own.name.current(scene.model.echo) == "Mary")
  }
}
