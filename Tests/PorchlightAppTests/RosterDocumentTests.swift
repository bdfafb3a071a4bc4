import MatrixWire
import PorchlightSDK
import Screen
import Testing

@testable import PorchlightApp

@Suite struct RosterDocumentTests {
  private func document(_ scene: Scene) -> RosterDocument {
    RosterDocument(scene.model, scene.model.list.lines.all, now: scene.now)
  }

  private func sentences(_ scene: Scene) -> [String] { LinearRoster.sentences(document(scene)) }

  private static let people: [StreamEvent] = [
    [.own()], [.invite("ola", called: "Ola K.")], .person("ann", .online, "at the bench"),
    .person("bob", .unavailable, ago: .seconds(600)), .person("cid", .unknown, reason: .unreachable),
    .person("dan", .offline),
  ].flatMap(\.self)

  @Test func theListCanBeReadAloud() {
    #expect(
      sentences(Scene(Self.people)) == [
        "Invites: 1; A accepts, D denies.",
        "Selected: Ola K., invite, 2m ago, wants to see you.",
        "Here: 1.",
        "ann, online, now, at the bench.",
        "Idle: 1.",
        "bob, idle, 10m.",
        "Offline: 1, folded; o shows them.",
        "Unknown: 1.",
        "cid, unknown, no answer from harbor.example.",
      ])
  }

  @Test func whatARowWaitsForIsSaidInPlaceOfItsRemark() {
    var scene = Scene(Self.people)
    scene.press("I", "A")
    #expect(sentences(scene).contains("Selected: Ola K., invite, 2m ago, accepting."))
  }

  @Test func whatChangedAMomentAgoIsNew() {
    var scene = Scene(Self.people)
    scene.receive([.state("ann", .busy)])
    #expect(sentences(scene).contains("ann, busy, new."))
    scene.wait(.seconds(3))
    #expect(!sentences(scene).contains { $0.hasSuffix("new.") })
  }

  @Test func anEmptyListSaysHowToBegin() {
    #expect(sentences(Scene()) == ["nobody yet: + asks to see somebody", ""])
    #expect(sentences(Scene(isConnected: false)).isEmpty)
  }

  /// What no terminal may get is not in it, whatever others call themselves.
  @Test func allTextIsSafe() {
    let scene = Scene([.own()] + .person("ann", .online, "\u{1B}[2Jx", called: "A\u{202E}nn\u{7}"))
    #expect(sentences(scene).last == "Selected: Ann, online, now, [2Jx.")
  }
}
