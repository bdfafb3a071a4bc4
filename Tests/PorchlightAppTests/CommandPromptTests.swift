import MatrixWire
import PorchlightSDK
import Ports
import Screen
import Testing

@testable import PorchlightApp

/// The line that `:` opens.
@Suite struct CommandPromptTests {
  private static let people: [StreamEvent] = [
    [.own(.online, "here"), .invite("ola", called: "Ola K.")], .person("ann", .online, called: "Ann Brown"),
    .person("bob", .unavailable), .person("cid", .offline),
  ].flatMap(\.self)

  private func scene(writing text: String = "") -> Scene {
    var scene = Scene(Self.people)
    scene.press(":")
    scene.type(text)
    return scene
  }

  /// What is in the line; nil where it is closed.
  private func line(_ scene: Scene) -> String? {
    guard case .commandPrompt(let prompt) = scene.model.layers.top else { return nil }
    return prompt.editor.text
  }

  private static let away = Intent.publish(StatusUpdate(presence: .unavailable, statusMessage: "here"))

  @Test func aColonOpensALineThatEnterRuns() {
    var scene = scene(writing: "set away")
    #expect(scene.line(with: " :set away") != nil)
    scene.press(.enter)
    #expect(scene.intents == [Self.away])
    #expect(scene.model.layers.isEmpty)
  }

  @Test(arguments: [[Key.escape], [.control("c")], [.control("u"), .backspace], [.control("u"), .enter]])
  func itIsLeftWithoutDoingAnything(keys: [Key]) {
    var scene = scene(writing: "set away")
    for key in keys { scene.press(key) }
    #expect(scene.intents == [])
    #expect(scene.model.layers.isEmpty)
  }

  @Test(arguments: [
    ("nonsense", "no command 'nonsense': Tab lists them"),
    ("set sleepy", "'set' takes online, away, busy, invisible, free-for-chat"),
    ("set", "'set' takes online, away"), ("quit now", "'quit' takes nothing after it"),
    ("remove zoe", "'zoe' is not on your list"), ("accept ann", "'ann' does not ask to see you"),
    ("invite ann", "is on your list already"), ("revoke ann", "'revoke' takes a user ID"),
    ("no\u{1B}[2J\u{202E}pe", "no command 'no[2Jpe'"),
  ])
  func aMistakeIsSaidAndStaysToBeMended(text: String, problem: String) {
    var scene = scene()
    scene.send(.input(.paste(text)))
    let before = line(scene)
    scene.press(.enter)
    #expect(scene.intents == [])
    #expect(scene.line(with: problem) != nil)
    #expect(line(scene) == before)
    scene.press(.backspace)
    #expect(scene.line(with: problem) == nil)
  }

  /// Whatever a key in the list does, its line does.
  @Test(arguments: Keymap.standard.bindings(in: .list))
  func whatAKeyOfTheListDoesItsLineDoes(binding: KeyBinding) throws {
    var byKey = Scene(Self.people)
    byKey.press(try #require(binding.keys.first))
    var byLine = scene(writing: binding.line.text)
    byLine.press(.enter)
    #expect(byLine.intents == byKey.intents)
    #expect(byLine.selected == byKey.selected)
    #expect(byLine.order == byKey.order)
    #expect(byLine.model.layers == byKey.model.layers)
    #expect(byLine.model.notices.current == byKey.model.notices.current)
  }

  @Test(arguments: ["submit", "close", "complete next"])
  func whatIsAboutALayerSaysThatNothingIsOpen(text: String) {
    var scene = scene(writing: text)
    scene.press(.enter)
    #expect(scene.line(with: "nothing is open") != nil)
  }

  @Test func whatIsOfferedToAKeyIsOfferedToALine() {
    var scene = Scene(Self.people)
    scene.press("I", "A", ":")
    scene.type("ask-back")
    scene.press(.enter)
    #expect(scene.intents == [.change(.invite(.user("ola")))])
    scene.press(":")
    scene.type("ask-back")
    scene.press(.enter)
    #expect(scene.intents == [])
  }

  // MARK: Completion

  @Test(arguments: [
    ("tog", "toggle "), ("qu", "quit"), ("remove brown", "remove @ann:harbor.example"),
    ("remove @B", "remove @bob:harbor.example"), ("accept ola", "accept @ola:harbor.example"),
    ("set fr", "set free-for-chat"),
  ])
  func tabCompletesWhatCanBeMeantOneWay(start: String, whole: String) {
    var scene = scene(writing: start)
    scene.press(.tab)
    #expect(line(scene) == whole)
  }

  @Test func tabGoesThroughSeveralWaysAndBackToWhatWasWritten() {
    var scene = scene(writing: "toggle ")
    var lines: [String?] = []
    for key: Key in [.tab, .tab, .tab, .tab, .backTab, .backTab] {
      scene.press(key)
      lines.append(line(scene))
    }
    #expect(
      lines == ["toggle away", "toggle busy", "toggle ", "toggle away", "toggle ", "toggle busy"])
    #expect(scene.line(with: " away >busy") != nil)
    scene.type("x")
    #expect(scene.line(with: ">busy") == nil)
    #expect(line(scene) == "toggle busyx")
  }

  @Test func whatIsChosenRuns() {
    var scene = scene(writing: "set ")
    scene.press(.tab, .tab, .enter)
    #expect(scene.intents == [Self.away])
  }

  @Test func whatCannotBeCompletedIsSaid() {
    var scene = scene(writing: "xyz")
    scene.press(.tab)
    #expect(scene.line(with: "nothing to complete here") != nil)
    #expect(line(scene) == "xyz")
  }

  @Test func ofFiveThousandPeopleThoseAroundTheChosenOneAreListed() throws {
    let people = (1_000..<6_000).flatMap { [StreamEvent].person("p\($0)", .online) }
    var scene = Scene([.own()] + people)
    scene.press(":")
    scene.type("remove p")
    scene.press(.backTab)
    #expect(line(scene) == "remove @p5999:harbor.example")
    let last = try #require(scene.line(with: "5000/5000"))
    #expect(last.contains(">@p5999:harbor.example"))
    scene.press(.tab, .tab)
    #expect(scene.line(with: ">@p1000:harbor.example  @p1001:harbor.example") != nil)
    #expect(scene.line(with: "1/5000") != nil)
  }

  @Test(arguments: [(24, 80), (10, 40), (5, 20), (3, 12)])
  func theChosenOneIsAlwaysAmongThoseShown(rows: Int, columns: Int) {
    var scene = Scene.porch(rows: rows, columns: columns)
    scene.press(":")
    scene.type("remove ")
    for _ in 0..<13 {
      scene.press(.tab)
      #expect(scene.grid.text(row: rows < 8 ? rows - 1 : rows - 2).contains(">"))
    }
  }

  @Test func hostileNamesAreListedSafelyAndWithTheirIDs() throws {
    let name = "\u{1B}[2J\u{202E}@bob:harbor.example\n" + String(repeating: "王", count: 40)
    var scene = Scene(Self.people + .person("mal", .online, called: name))
    scene.press(":")
    scene.type("remove ")
    scene.press(.tab, .tab, .tab, .tab)
    let line = try #require(scene.line(with: "(@mal:harbor.example)"))
    #expect(line.contains(">[2J@bob:harbor.⋯ ("))
    #expect(!line.unicodeScalars.contains { $0 == "\u{1B}" || $0 == "\u{202E}" })
  }

  // MARK: History

  @Test(arguments: [(Key.up, Key.down), (.control("p"), .control("n"))])
  func linesThatRanAreRecalled(older: Key, newer: Key) {
    var scene = Scene(Self.people)
    for text in ["move next", "detail", "detail", "nonsense"] {
      scene.press(":")
      scene.type(text)
      scene.press(.enter)
    }
    scene.press(.escape, ":")
    scene.type("dra")
    var lines: [String?] = []
    for key in [older, older, older, newer, newer, newer] {
      scene.press(key)
      lines.append(line(scene))
    }
    #expect(lines == ["detail", "move next", "move next", "detail", "dra", "dra"])
  }

  @Test(arguments: [[Key.up, .tab, .down], [.up, .tab, .tab, .backTab, .down], [.up, .left, .home, .down]])
  func whatWasWrittenIsBackAfterARecalledLineWasCompletedOrWalkedThrough(keys: [Key]) {
    var scene = Scene(Self.people + .person("annabel", .online))
    scene.press(":")
    scene.type("remove ann")
    scene.press(.enter, .escape, ":")
    scene.type("dra")
    for key in keys { scene.press(key) }
    #expect(line(scene) == "dra")
  }

  @Test func theCursorMovesThroughTheWaysToComplete() {
    var scene = scene(writing: "toggle ")
    scene.press(.tab, .left, .tab)
    #expect(line(scene) == "toggle busy")
    scene.press(.home, .tab)
    #expect(line(scene) == "toggle ")
  }

  @Test func aRecalledLineIsEditedAsALineOfOnesOwn() {
    var scene = scene(writing: "set away")
    scene.press(.enter, ":", .up)
    for _ in 0..<4 { scene.press(.backspace) }
    scene.type("busy")
    scene.press(.enter)
    #expect(scene.intents == [.publish(StatusUpdate(presence: .busy, statusMessage: "here"))])
  }

  @Test func theHistoryIsBounded() {
    var history = CommandHistory()
    for number in 0..<300 { history.add("name \(number)") }
    #expect(history.lines.count == CommandHistory.limit)
    #expect(history.lines.last == "name 299")
  }
}
