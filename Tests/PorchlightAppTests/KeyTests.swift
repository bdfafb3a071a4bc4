import MatrixWire
import PorchlightSDK
import Ports
import Screen
import Testing

@testable import PorchlightApp

@Suite struct KeyTests {
  private static let people: [StreamEvent] = [
    [.own()], .person("ann", .online), .person("bob", .online), .person("cid", .unavailable),
    .person("dan", .offline), .person("eve", .offline),
  ].flatMap(\.self)

  private static let keymap = Keymap.standard
  private static let bindings = Keymap.Scope.allCases.flatMap { keymap.bindings(in: $0) }

  /// But for one that is about nothing in the list, and one that nothing takes back.
  @Test(arguments: Commands.all.flatMap { $0.names }.filter { !["revoke", "ignore"].contains($0) })
  func everyCommandHasAKey(name: String) {
    #expect(Self.bindings.contains { $0.line.text == name || $0.line.text.hasPrefix(name + " ") })
  }

  /// Every way to move, and every status there is.
  private static let choices = ["online", "away", "busy", "invisible", "free-for-chat"]

  @Test(arguments: Motion.allCases.map { "move " + $0.rawValue } + choices.map { "set " + $0 })
  func everyChoiceHasAKey(line: String) {
    #expect(Self.bindings.contains { $0.line.text == line })
  }

  @Test func everyEntryOfAMenuAndEveryHintIsACommandWithAKey() throws {
    var scene = Scene(Self.people)
    scene.receive([.invite("fay")])
    var menus = 0
    for row in [RowID.contact(.user("ann"), of: .own), .invite(.user("fay"), of: .own)] {
      let person = try #require(scene.model.list.roster.person(row))
      for item in Menu(person, canAsk: true).items {
        menus += 1
        #expect(item.command != nil && !Self.keymap.keys(for: item).isEmpty, "\(item.text)")
      }
    }
    #expect(menus == 5)
    for line in KeyLine.statusLines + KeyLine.listLines + ["reconnect", "invites"] {
      #expect(line.command != nil && Self.keymap.hints(for: [line]).count == 1, "\(line.text)")
    }
  }

  @Test(arguments: bindings.map(\.line))
  func everyKeyHasACommandAndAWord(line: CommandText) {
    #expect(line.command?.help.isEmpty == false)
  }

  @Test(arguments: Keymap.Scope.allCases)
  func noKeyDoesTwoThings(scope: Keymap.Scope) {
    let keys = Self.keymap.bindings(in: scope).flatMap(\.keys)
    #expect(Set(keys).count == keys.count)
  }

  @Test func theHelpNamesEveryKeyOfTheList() {
    var scene = Scene(rows: 60)
    scene.press("?")
    let text = scene.grid.text
    for key in Self.keymap.bindings(in: .list).flatMap(\.keys) { #expect(text.contains(key.name.string)) }
  }

  private static let moves: [(keys: [Key], selected: String)] = [
    (["j"], "bob"), ([.down, .down], "cid"), (["G"], "+Offline"), ([.end, "k"], "cid"),
    ([.end, .home], "ann"), (["}"], "cid"), (["}", "{"], "ann"), ([.control("n"), .control("p")], "ann"),
    ([.pageDown], "+Offline"), (["k"], "ann"), (["o", .end], "eve"),
  ]

  @Test(arguments: moves)
  func keysMoveTheSelection(keys: [Key], selected: String) {
    var scene = Scene(Self.people)
    for key in keys { scene.press(key) }
    #expect(scene.selected == selected)
  }

  @Test func offlinePeopleAreFoldedAtFirst() {
    let scene = Scene(Self.people)
    #expect(scene.line(with: "Offline") == " ▸ Offline (2)   o shows them")
  }

  @Test func oShowsAndHidesOfflinePeople() {
    var scene = Scene(Self.people)
    scene.press("o")
    #expect(scene.order.suffix(3) == ["-Offline 2", "dan", "eve"])
    scene.press("o")
    #expect(scene.order.last == "+Offline 2")
  }

  @Test func hidingTheSelectedSelectsTheHeading() {
    var scene = Scene(Self.people)
    scene.press("o", .end, "o")
    #expect(scene.selected == "+Offline")
  }

  @Test(arguments: [Key.tab, " ", .enter])
  func aFoldedHeadingOpens(key: Key) {
    var scene = Scene(Self.people)
    scene.press(.end, key)
    #expect(scene.order.suffix(3) == ["-Offline 2", "dan", "eve"])
    #expect(scene.selected == "dan")
  }

  @Test func tabFoldsTheGroupOfTheSelected() {
    var scene = Scene(Self.people)
    scene.press(.tab)
    #expect(scene.order == ["+Here 2", "-Idle 1", "cid", "+Offline 2"])
    #expect(scene.selected == "+Here")
  }

  @Test func anUnknownKeyOnlySaysSoUntilTheNext() {
    var scene = Scene(Self.people)
    scene.press("Z")
    #expect(scene.line(with: "no key 'Z' here: ? shows the keys") != nil)
    scene.press(.down)
    #expect(scene.line(with: "no key") == nil)
  }

  @Test func aNoticeFadesAfterFiveSeconds() {
    var scene = Scene(Self.people)
    scene.press("Z")
    scene.wait(.milliseconds(4_999))
    #expect(scene.line(with: "no key") != nil)
    scene.wait(.milliseconds(1))
    #expect(scene.line(with: "no key") == nil)
  }

  @Test func escapeClearsTheNoticeAndSaysNothing() {
    var scene = Scene(Self.people)
    scene.press("Z", .escape)
    #expect(scene.model.notices.current == nil)
  }

  @Test(arguments: [(Glyphs.unicode, ">▸ Offline"), (.ascii, ">+ Offline")])
  func aSelectedFoldedHeadingKeepsItsMark(glyphs: Glyphs, text: String) {
    var scene = Scene(Self.people, glyphs: glyphs)
    scene.press(.end)
    #expect(scene.line(with: text) != nil)
  }

  @Test func anUnprintableKeyIsNamedSafely() {
    var scene = Scene(Self.people)
    scene.press("\u{202E}")
    #expect(scene.line(with: "no key 'U+202E' here") != nil)
  }

  @Test(
    arguments: [
      ([0x1B, 0x5B, 0x31, 0x37, 0x3B, 0x35, 0x7E], "no key ESC [ 1 7 ; 5 ~ here"),
      ([0x1B, 0x20], "no key ESC SP here"),
      ([0x9B, 0x07], "no key 0x9B 0x07 here"), ([], "no key 'that one' here"),
    ] as [([UInt8], String)])
  func anUnknownKeyIsNamedByItsBytes(bytes: [UInt8], words: String) {
    var scene = Scene(Self.people)
    scene.press(.unknown(bytes))
    #expect(scene.line(with: words) != nil)
  }

  @Test(arguments: ["q", .function(10)] as [Key])
  func qQuits(key: Key) {
    var scene = Scene(Self.people)
    scene.press(key)
    #expect(scene.intents == [.quit(.quit)])
  }

  @Test func oneControlCOnlyWarns() {
    var scene = Scene(Self.people)
    scene.press(.control("c"))
    #expect(scene.intents == [])
    #expect(scene.line(with: "Ctrl-C again quits") != nil)
    scene.wait(.seconds(2))
    #expect(scene.line(with: "Ctrl-C again quits") == nil)
    scene.press(.control("c"))
    #expect(scene.intents == [])
  }

  @Test func twoWithinTwoSecondsQuit() {
    var scene = Scene(Self.people)
    scene.press(.control("c"))
    scene.wait(.seconds(1))
    scene.press(.control("c"))
    #expect(scene.intents == [.quit(.quit)])
  }

  @Test func aKeyBetweenThemDisarms() {
    var scene = Scene(Self.people)
    scene.press(.control("c"), .down, .control("c"))
    #expect(scene.intents == [])
  }

  @Test(arguments: [
    (InputEvent.terminate(signal: 15), ExitReason.signal(15)), (.endOfInput, .endOfInput),
  ])
  func theWorldCanEndIt(input: InputEvent, reason: ExitReason) {
    var scene = Scene(Self.people)
    scene.send(.input(input))
    #expect(scene.intents == [.quit(reason)])
  }

  @Test func theEndOfTheSessionIsShownUntilAKey() {
    var scene = Scene(Self.people)
    let error = SDKError(.loggedOut, "The session has ended.")
    scene.send(.loggedOut(error))
    #expect(scene.line(with: "You are logged out") != nil)
    scene.press("j")
    #expect(scene.intents == [.quit(.loggedOut(error))])
  }

  @Test func suspendAndRedrawWorkInEveryMode() {
    for opener: Key in ["s", "?", "+", ":", .enter] {
      var scene = Scene(Self.people)
      scene.press(opener, .control("z"))
      #expect(scene.intents == [.suspend])
      scene.press(.control("l"))
      #expect(scene.intents == [.redraw])
    }
  }

  @Test func aResumedScreenIsPaintedWhole() {
    var scene = Scene(Self.people)
    scene.send(.input(.resumed(Size(rows: 10, columns: 40))))
    #expect(scene.intents == [.repaint])
    #expect(scene.grid.size == Size(rows: 10, columns: 40))
  }

  @Test func theSelectionStaysVisibleWhileScrolling() {
    let people = (10..<60).flatMap { [StreamEvent].person("p\($0)", .online) }
    var scene = Scene([.own()] + people)
    for _ in 0..<49 {
      scene.press("j")
      #expect(scene.grid.text.contains(" > ◉ \(scene.selected ?? "")"))
    }
  }

  @Test func theMenuObeysArrowsAndLetters() {
    var scene = Scene(Self.people)
    scene.press(.enter, "j", .enter)
    #expect(scene.model.layers.top == .confirmation(.removal(of: .user("ann"), from: .own)))
    scene.press(.escape, .enter, "i")
    #expect(!scene.model.showsDetail)
  }

  @Test func theHelpScrollsToItsEndAndNoFurther() {
    var scene = Scene(rows: 8, columns: 40)
    scene.press("?", .end, "j")
    #expect(scene.line(with: "quit") != nil)
    scene.press("g")
    #expect(scene.line(with: "Moving") != nil)
  }
}
