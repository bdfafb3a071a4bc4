import Ports
import Screen
import Testing

@testable import Keyboard

@Suite struct PasteTests {
  private static let paste = Array("\u{1B}[200~two\rlines 李 q\u{1B}[201~".utf8)

  @Test func aPasteArrivesInOnePiece() {
    #expect(Typing.of([[0x61] + Self.paste + [0x62]]) == [.key("a"), .paste("two\rlines 李 q"), .key("b")])
  }

  @Test(arguments: [60, 150]) func tornBracketsHoldAPaste(pause: Int) {
    for cut in 1..<Self.paste.count {
      let pieces = [Array(Self.paste[..<cut]), Array(Self.paste[cut...])]
      #expect(Typing.of(pieces, pause: pause) == [.paste("two\rlines 李 q")])
    }
  }

  @Test(arguments: [200, 450, 700]) func pastedTextIsNeverKeys(pause: Int) {
    for cut in 1..<Self.paste.count {
      let events = Typing.of([Array(Self.paste[..<cut]), Array(Self.paste[cut...])], pause: pause)
      #expect(!events.hasCharacter, "cut at \(cut)")
      #expect(!events.contains(.key(.enter)))
    }
  }

  @Test func aPasteWithoutEndIsDeliveredAfterSilenceAndKeysWorkAgain() {
    #expect(Typing.of(["\u{1B}[200~half", "j"], pause: 700) == [.paste("half"), .key("j")])
    #expect(Typing.of(["\u{1B}[200~half", "\u{3}"], pause: 700) == [.paste("half"), .key(.control("c"))])
  }

  @Test func whatOnlyLooksLikeTheEndIsText() {
    #expect(Typing.of(["\u{1B}[200~a\u{1B}[20b\u{1B}\u{1B}[201~"]) == [.paste("a\u{1B}[20b\u{1B}")])
  }

  @Test func aLongPasteLosesItsEndAndTheKeyboardWorks() {
    let events = Typing.of(["\u{1B}[200~" + String(repeating: "x", count: 70_000) + "\u{1B}[201~j"])
    #expect(events == [.paste(String(repeating: "x", count: KeyDecoder.pasteLimit)), .key("j")])
  }
}
