import Screen
import Testing

@Suite struct LineEditorTests {
  private func editor(_ text: String, _ keys: [Key] = []) -> LineEditor {
    var editor = LineEditor(text, byteLimit: 100)
    for key in keys { press(key, &editor) }
    return editor
  }

  private func press(_ key: Key, _ editor: inout LineEditor, isUsed: Bool = true) {
    let used = editor.handle(key)
    #expect(used == isUsed, "\(key)")
  }

  @Test(
    arguments: [
      ([.left, .character("X")], "hellXo"),
      ([.home, .character("X")], "Xhello"),
      ([.control("a"), .right, .delete], "hllo"),
      ([.control("a"), .control("f"), .control("d")], "hllo"),
      ([.control("b"), .control("k")], "hell"),
      ([.left, .left, .control("u")], "lo"),
      ([.home, .end, .backspace], "hell"),
      ([.home, .backspace, .left], "hello"),
      ([.end, .delete, .right], "hello"),
      ([.control("h"), .control("e"), .character("!")], "hell!"),
    ] as [([Key], String)])
  func keysEdit(keys: [Key], result: String) {
    #expect(editor("hello", keys).text == result)
  }

  @Test func controlWRemovesAWordAndTheSpacesAfterIt() {
    #expect(editor("on the  phone  ", [.control("w")]).text == "on the  ")
    #expect(editor("on the phone", [.control("w"), .control("w")]).text == "on ")
  }

  @Test func otherKeysAreLeftToTheCaller() {
    var editor = editor("x")
    for key in [Key.enter, .escape, .up, .control("c"), .function(1), .tab] {
      press(key, &editor, isUsed: false)
    }
    #expect(editor.text == "x")
  }

  @Test func backspaceTakesALetterWithItsAccents() {
    #expect(editor("ae\u{301}\u{302}", [.backspace]).text == "a")
    #expect(editor("x", [.character("e"), .character("\u{301}"), .backspace]).text == "x")
    #expect(editor("李", [.backspace]).isEmpty)
  }

  @Test func anAccentJoinsTheLetterBeforeTheCursor() {
    #expect(editor("ab", [.left, .character("\u{301}")]).text == "a\u{301}b")
    #expect(editor("ab", [.home, .character("\u{301}")]).text == "ab")
  }

  @Test func aPasteBecomesOneSafeLine() {
    var editor = editor("[]", [.left])
    editor.insert("two\nlines\u{1B}[2J\u{202E} ")
    #expect(editor.text == "[two lines[2J ]")
  }

  @Test func theLimitHoldsInBytesAndSplitsNoCharacter() {
    var editor = LineEditor("", byteLimit: 7)
    editor.insert("李雷李")
    #expect(editor.text == "李雷")
    #expect(editor.remainingBytes == 1)
    editor.insert("é")
    #expect(editor.text == "李雷")
    editor.insert("ab")
    #expect(editor.text == "李雷a")
    editor.insert("\u{301}")
    #expect(editor.text == "李雷a")
  }

  @Test func theLineScrollsWithTheCursor() {
    var editor = editor("abcdefgh")
    #expect(editor.visible(width: 5).text == "efgh")
    #expect(editor.visible(width: 5).cursorColumn == 4)
    press(.home, &editor)
    #expect(editor.visible(width: 5).text == "abcde")
    #expect(editor.visible(width: 5).cursorColumn == 0)
    #expect(editor.visible(width: 0).text.isEmpty)
  }

  @Test func aWideGlyphScrollsAsAWhole() {
    var editor = editor("李雷李雷")
    #expect(editor.visible(width: 4).text == "雷")
    #expect(editor.visible(width: 4).cursorColumn == 2)
    press(.left, &editor)
    #expect(editor.visible(width: 4).text == "李雷")
    #expect(editor.visible(width: 4).cursorColumn == 2)
  }

  @Test func whateverIsTypedTheCursorIsVisibleAndTheLimitHolds() {
    let keys: [Key] = [
      .left, .right, .home, .end, .backspace, .delete, .control("w"), .control("k"), .control("u"),
    ]
    for seed in UInt64(0)..<100 {
      var random = Seeded(seed: seed)
      var editor = LineEditor(byteLimit: 40)
      for _ in 0..<60 {
        if random.next() % 3 == 0 {
          press(keys.randomElement(using: &random) ?? .left, &editor)
        } else {
          editor.insert(random.text(length: 3))
        }
        let width = Int.random(in: 0...9, using: &random)
        let visible = editor.visible(width: width)
        #expect(editor.text.utf8.count <= 40, "seed \(seed)")
        #expect(visible.text.cells <= width, "seed \(seed)")
        #expect(visible.cursorColumn < max(1, width), "seed \(seed)")
        #expect(SafeText(untrusted: editor.text, keepingSpaces: true).string == editor.text, "seed \(seed)")
      }
    }
  }
}
