import Ports
import Screen
import TerminalDriver
import Testing

/// What is typed and pasted.
extension TerminalTests {
  @Test func keysArriveByName() async throws {
    let wires = Wires()
    try await withTerminal(wires.options, on: MonotonicTime()) { terminal in
      wires.type("aé李\r\t\u{7F}\u{3}\u{1A}\u{1B}OA\u{1B}OD\u{1B}[5~\u{1B}[Z\u{1B}[15~\u{1B}[3~")
      wires.unplug()
      let events = await terminal.events(upTo: .endOfInput)
      let keys: [Key] = [
        .character("a"), .character("é"), .character("李"), .enter, .tab, .backspace, .control("c"),
        .control("z"), .up, .left, .pageUp, .backTab, .function(5), .delete,
      ]
      #expect(events == keys.map { .key($0) } + [.endOfInput])
    }
  }

  @Test func homeAndEndOfTheVT220AreKnownUnderXterm() async throws {
    let wires = Wires()
    try await withTerminal(wires.options, on: MonotonicTime()) { terminal in
      wires.type("\u{1B}[1~\u{1B}[4~\u{1B}[99;99Wx")
      wires.unplug()
      let unknown = Key.unknown(Array("\u{1B}[99;99W".utf8))
      #expect(
        await terminal.events(upTo: .endOfInput)
          == [.home, .end, unknown, .character("x")].map { .key($0) } + [.endOfInput])
    }
  }

  @Test func anEscapeAloneIsTheKey() async throws {
    let wires = Wires()
    try await withTerminal(wires.options, on: MonotonicTime()) { terminal in
      wires.type("\u{1B}")
      #expect(await terminal.events(upTo: .key(.escape)) == [.key(.escape)])
    }
  }

  @Test func altAndABracketDoNotWedgeTheKeyboard() async throws {
    let wires = Wires()
    try await withTerminal(wires.options, on: MonotonicTime()) { terminal in
      wires.type("\u{1B}]")
      #expect(await terminal.events(upTo: .key(.unknown([0x1B, 0x5D]))).count == 1)
      wires.type("\u{3}")
      #expect(await terminal.events(upTo: .key(.control("c"))) == [.key(.control("c"))])
    }
  }

  @Test func whatIsNotUTF8IsLeftOut() async throws {
    let wires = Wires()
    try await withTerminal(wires.options, on: MonotonicTime()) { terminal in
      wires.type([0xFF, 0x61, 0xC3, 0x62, 0xC0, 0xAF, 0xED, 0xA0, 0x80, 0x63])
      wires.unplug()
      let keys: [Key] = [.character("a"), .character("b"), .character("c")]
      #expect(await terminal.events(upTo: .endOfInput) == keys.map { .key($0) } + [.endOfInput])
    }
  }

  @Test func aPasteArrivesInOnePiece() async throws {
    let wires = Wires()
    try await withTerminal(wires.options, on: MonotonicTime()) { terminal in
      wires.type("a\u{1B}[200~two\rlines 李 q\u{1B}[201~b")
      wires.unplug()
      #expect(
        await terminal.events(upTo: .endOfInput) == [
          .key(.character("a")), .paste("two\rlines 李 q"), .key(.character("b")), .endOfInput,
        ])
    }
  }

  @Test func anUnfinishedPasteIsDeliveredAtTheEnd() async throws {
    let wires = Wires()
    try await withTerminal(wires.options, on: MonotonicTime()) { terminal in
      wires.type("\u{1B}[200~half")
      wires.unplug()
      #expect(await terminal.events(upTo: .endOfInput) == [.paste("half"), .endOfInput])
    }
  }
}
