import Glibc
import PorchlightTestSupport
import Ports
import Screen
import TerminalDriver
import Testing

/// ncurses is one per process, so these run one after another.
@Suite(.serialized, .usesRealTime, .timeLimit(.minutes(5))) struct TerminalTests {
  func picture(_ text: SafeText, style: Style = .plain) -> Grid {
    var painter = Painter(size: Size(rows: 5, columns: 20))
    painter.put(text, row: 1, column: 2, style: style)
    return painter.grid
  }

  /// A picture of 10 kB that has no cell in common with the one before.
  func busyPicture(_ number: Int, _ text: SafeText = "") -> Grid {
    var painter = Painter(size: Size(rows: 50, columns: 200))
    for row in 0..<50 {
      let letters = (0..<200).map { UnicodeScalar(UInt8(97 + (number + row * 7 + $0 * $0) % 26)) }
      painter.put(
        SafeText(untrusted: String(String.UnicodeScalarView(letters))), row: row, column: 0, style: .plain)
    }
    painter.put(text, row: 3, column: 5, style: .plain)
    return painter.grid
  }

  @Test func wideAndCombiningTextIsDrawn() async throws {
    let wires = Wires()
    try await withTerminal(wires.options, on: MonotonicTime()) { terminal in
      #expect(await terminal.size() == Size(rows: 5, columns: 20))
      #expect(terminal.capabilities == ScreenCapabilities(colors: 256, unicode: true))
      await terminal.present(patches(from: nil, to: picture("李雷 e\u{301} 👍")), cursor: nil)
      #expect(wires.written().contains("李雷 e\u{301} 👍"))
    }
  }

  /// Where ncurses says so and the terminal waits for the next character, the rows below would shift.
  @Test(arguments: [("ansi", 19), ("xterm", 20), ("linux", 20)])
  func theLastColumnIsLeftToATerminalThatSaysItWrapsAtOnce(name: String, columns: Int) async throws {
    let wires = Wires()
    var options = wires.options
    options.termName = name
    try await withTerminal(options, on: MonotonicTime()) { terminal in
      #expect(await terminal.size() == Size(rows: 5, columns: columns))
    }
  }

  @Test func anIdenticalPictureWritesNothing() async throws {
    let wires = Wires()
    try await withTerminal(wires.options, on: MonotonicTime()) { terminal in
      let grid = picture("李雷 x", style: Style(foreground: .indexed(2)))
      await terminal.present(patches(from: nil, to: grid), cursor: Cursor(Position(row: 1, column: 4)))
      let count = wires.count
      await terminal.present(patches(from: grid, to: grid), cursor: Cursor(Position(row: 1, column: 4)))
      await terminal.present(patches(from: nil, to: grid), cursor: Cursor(Position(row: 1, column: 4)))
      #expect(wires.count == count)
      await terminal.redraw()
      #expect(wires.written(from: count).contains("李雷 x"))
    }
  }

  @Test func aHiddenCursorStandsWhereItIsPutToo() async throws {
    let wires = Wires()
    try await withTerminal(wires.options, on: MonotonicTime()) { terminal in
      let grid = picture("one")
      func place(_ row: Int) -> Cursor { Cursor(Position(row: row, column: 0), isVisible: false) }
      await terminal.present(patches(from: nil, to: grid), cursor: place(1))
      let count = wires.count
      await terminal.present([], cursor: place(4))
      let moved = wires.written(from: count)
      #expect(!moved.isEmpty)
      #expect(!moved.contains("\u{1B}[?25h"))
      let still = wires.count
      await terminal.present([], cursor: place(4))
      #expect(wires.count == still)
    }
  }

  @Test(arguments: [
    ("xterm-256color", true, true), ("screen", true, true), ("xterm-256color", false, false),
    ("linux", true, false), ("ansi", true, false),
  ])
  func theBackgroundIsAskedForWhereTheQuestionIsNotShown(
    name: String, useColor: Bool, isAsked: Bool
  ) async throws {
    let wires = Wires()
    var options = wires.options
    options.termName = name
    options.useColor = useColor
    options.asksBackground = true
    try await withTerminal(options, on: MonotonicTime()) { _ in }
    #expect(wires.written().contains("\u{1B}]11;?\u{7}") == isAsked)
  }

  @Test func aSmallChangeIsAFewBytes() async throws {
    let wires = Wires()
    try await withTerminal(wires.options, on: MonotonicTime()) { terminal in
      let (old, new) = (picture("hello there"), picture("hello where"))
      await terminal.present(patches(from: nil, to: old), cursor: nil)
      let count = wires.count
      await terminal.present(patches(from: old, to: new), cursor: nil)
      #expect((1..<16).contains(wires.count - count))
    }
  }

  @Test func hostileTextSteersNothing() async throws {
    let wires = Wires()
    try await withTerminal(wires.options, on: MonotonicTime()) { terminal in
      let name = "\u{1B}]0;owned\u{7}\u{9B}2J\u{1B}[31m"
      await terminal.present(patches(from: nil, to: picture("\(name)")), cursor: nil)
      let written = wires.written()
      #expect(written.contains("]0;owned2J[31m"))
      #expect(!written.contains("\u{1B}]0;"))
      #expect(!written.contains("\u{1B}[31m"))
      #expect(!written.contains("\u{9B}"))
    }
  }

  @Test func cellsOutsideTheScreenAreLeftOut() async throws {
    let wires = Wires()
    try await withTerminal(wires.options, on: MonotonicTime()) { terminal in
      var painter = Painter(size: Size(rows: 9, columns: 40))
      painter.fill(with: "李")
      await terminal.present(
        patches(from: nil, to: painter.grid), cursor: Cursor(Position(row: 50, column: 50)))
      #expect(wires.written().split(separator: "李", omittingEmptySubsequences: false).count - 1 == 50)
    }
  }

  @Test func theModesOfOthersAreSwitchedOffAndGivenBack() async throws {
    let wires = Wires()
    let terminal = try await Terminal.open(wires.options, on: MonotonicTime())
    let modes = ["9", "1000", "1002", "1003", "1004", "1005", "1006", "1015", "2004"]
    let beginning = wires.written()
    for mode in modes {
      let saved = try #require(beginning.firstRange(of: "\u{1B}[?\(mode)s"))
      let off = try #require(beginning.firstRange(of: "\u{1B}[?\(mode)l"))
      #expect(saved.lowerBound < off.lowerBound)
    }
    let count = wires.count
    await terminal.close()
    for mode in modes { #expect(wires.written(from: count).contains("\u{1B}[?\(mode)r")) }
  }

  @Test func withoutColourNoColourIsWritten() async throws {
    let wires = Wires()
    var options = wires.options
    options.useColor = false
    try await withTerminal(options, on: MonotonicTime()) { terminal in
      #expect(terminal.capabilities.colors == 0)
      let style = Style(
        foreground: .rgb(red: 255, green: 0, blue: 0), background: .indexed(4), attributes: .bold)
      await terminal.present(patches(from: nil, to: picture("red", style: style)), cursor: nil)
    }
    let written = wires.written()
    #expect(written.contains("red"))
    // Every "select graphic rendition" that names a colour: 30 to 49, 90 to 107.
    #expect(!written.contains(/\u{1B}\[(?:[0-9;]*;)?(?:[34][0-9]|9[0-7]|10[0-7])[;m]/))
  }

  @Test func withoutUTF8EverythingIsASCIIAndNoColumnShifts() async throws {
    let wires = Wires()
    var options = wires.options
    options.locale = "C"
    try await withTerminal(options, on: MonotonicTime()) { terminal in
      #expect(!terminal.capabilities.unicode)
      await terminal.present(patches(from: nil, to: picture("李雷|é|")), cursor: nil)
    }
    #expect(wires.written().contains("? ? |?|"))
    #expect(wires.written().utf8.allSatisfy { $0 < 0x80 })
  }

  @Test func aMissingUTF8LocaleIsReplaced() async throws {
    let wires = Wires()
    var options = wires.options
    options.locale = "xx_YY.UTF-8"
    try await withTerminal(options, on: MonotonicTime()) { terminal in
      #expect(terminal.capabilities.unicode)
    }
  }

  @Test func aTerminalThatIsForgottenIsGivenBack() async throws {
    let wires = Wires()
    do {
      let terminal = try await Terminal.open(wires.options, on: MonotonicTime())
      await terminal.present(patches(from: nil, to: picture("forgotten")), cursor: nil)
    }
    #expect(wires.written().contains("\u{1B}[?1049l"))
    try await withTerminal(wires.options, on: MonotonicTime()) { _ in }
  }

  @Test func closingGivesTheTerminalBack() async throws {
    let wires = Wires()
    let terminal = try await Terminal.open(wires.options, on: MonotonicTime())
    #expect(wires.written().contains("\u{1B}[?1049h"))
    #expect(wires.written().contains("\u{1B}[?2004h"))
    let count = wires.count
    await terminal.close()
    let farewell = wires.written(from: count)
    #expect(farewell.contains("\u{1B}[?2004l"))
    #expect(farewell.contains("\u{1B}[?1049l"))
    #expect(farewell.contains("\u{1B}[?25h"))
    let end = wires.count
    await terminal.close()
    await terminal.present(patches(from: nil, to: picture("late")), cursor: nil)
    #expect(wires.count == end)
    #expect(await terminal.events(upTo: .endOfInput) == [])
  }

  @Test func aSecondTerminalIsRefusedAndTheFirstGoesOn() async throws {
    let wires = Wires()
    try await withTerminal(wires.options, on: MonotonicTime()) { terminal in
      let error = await #expect(throws: TerminalError.self) {
        try await Terminal.open(wires.options, on: MonotonicTime())
      }
      #expect(error?.code == .alreadyOpen)
      await terminal.present(patches(from: nil, to: picture("still here")), cursor: nil)
      #expect(wires.written().contains("still here"))
    }
  }

  @Test(
    arguments: [
      (nil, .noName, "TERM is not set"),
      ("", .noName, "TERM is not set"),
      ("dumb", .tooSimple, "'dumb'"),
      ("no-such-terminal", .unknownTerminal, "'no-such-terminal'"),
      ("../../x", .unknownTerminal, "ncurses-term"),
    ] as [(String?, TerminalError.Code, String)])
  func aWrongTermIsExplained(name: String?, code: TerminalError.Code, words: String) async throws {
    let wires = Wires()
    var options = wires.options
    options.termName = name
    let refused = options
    let error = await #expect(throws: TerminalError.self) {
      try await Terminal.open(refused, on: MonotonicTime())
    }
    #expect(error?.code == code)
    #expect(error?.description.contains(words) == true)
    #expect(wires.count == 0)
  }

  @Test func aFileIsNoTerminal() async throws {
    let wires = Wires()
    var options = wires.options
    options.requiresTerminal = true
    let refused = options
    let error = await #expect(throws: TerminalError.self) {
      try await Terminal.open(refused, on: MonotonicTime())
    }
    #expect(error?.code == .notATerminal)
  }
}
