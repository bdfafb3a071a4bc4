import Keyboard
import MatrixWire
import PorchlightSDK
import Ports
import Screen
import Testing

@testable import PorchlightApp

/// Bytes from a terminal, through the decoder and the reducer: whatever does not come as a plain single byte outside a
/// sequence answers no invite and changes no state.
@Suite struct StrayByteTests {
  /// A roster with an invite selected, and a keyboard in front of it.
  private struct RosterAtKeyboard {
    var scene = Scene(
      [[.own()], [.invite("ola"), .invite("pip")], .person("ann", .online)].flatMap(\.self))
    private var decoder = KeyDecoder()
    private(set) var asked: [Intent] = []

    init() {
      scene.press("I")
      scene.wait(.seconds(5))
    }

    mutating func type(_ bytes: [UInt8]) { send(decoder.feed(bytes, at: scene.now.instant)) }

    mutating func pause(_ milliseconds: Int) {
      let end = scene.now.instant + .milliseconds(milliseconds)
      while let deadline = decoder.deadline, deadline <= end {
        wait(until: deadline)
        send(decoder.expire(at: scene.now.instant))
      }
      wait(until: end)
    }

    private mutating func wait(until end: Instant) {
      if end > scene.now.instant { asked += scene.wait(end - scene.now.instant) }
    }

    private mutating func send(_ events: [InputEvent]) {
      for event in events {
        scene.send(.input(event))
        asked += scene.intents
      }
    }

    /// What was asked of the server.
    var requests: [Intent] {
      asked.filter { intent in
        switch intent {
        case .publish, .change: true
        default: false
        }
      }
    }
  }

  private static let sequences: [String] = [
    "[A", "[D", "OA", "OD", "[5~", "[6~", "[2~", "[3~", "[1~", "[4~", "[15~", "[17;5~", "[1;5A", "[1;2D",
    "O5A", "O1;2P",
    "OP", "OM", "Oq", "Op", "Oj", "[[A", "[[E", "[Z", "[a", "Oa", "[5$", "[5^", "[97u", "[65u", "[68;1:3u",
    "[27;5;68~",
    "[<0;34;12M", "[<0;34;12m", "[32;34;12M", "[M !A", "[MDAD", "[tAD", "[TAADDAA", "[I", "[O", "[24;80R",
    "[?1;2c",
    "[>41;354;0c", "[0n", "[?2004;1$y", "[8;24;80t", "[?1u", "]11;rgb:adad/dada/1234\u{7}",
    "]4;1;rgb:ad/12/34\u{1B}\\",
    "P>|XTerm(390)\u{1B}\\", "P1$r0;1ADm\u{1B}\\", "_Gi=1;DDDA\u{1B}\\", "^AAA\u{1B}\\", "XDDD\u{1B}\\",
    "[200~DA12\r\u{1B}[201~",
    "A", "D", "1", "d", "\u{1B}[A", "[99;99A", "O4D", "[?D", "[ D",
  ].map { "\u{1B}" + $0 }

  /// The samples.
  @Test(arguments: [
    ("\u{1B}", "OA", 60), ("\u{1B}", "[D", 60), ("\u{1B}", "[5~", 60), ("\u{1B}", "[2~", 60),
    ("\u{1B}", "[3~", 60),
    ("\u{1B}", "[1~", 60), ("\u{1B}", "[15~", 60), ("\u{1B}[", "15~", 60), ("\u{1B}[<0;34;1", "2M", 60),
    ("", "\u{1B}[<0;34;12M", 0), ("", "\u{1B}[M DA", 0), ("\u{1B}[", "I", 60), ("\u{1B}[24;", "80R", 60),
    ("\u{1B}O", "1;5D", 60),
    ("", "\u{9B}D", 0), ("\u{1B}[?1;", "2c", 60),
  ])
  func aStrayByteAnswersNoInvite(first: String, second: String, pause: Int) {
    for late in [pause, 150, 400, 1_200] {
      var roster = RosterAtKeyboard()
      roster.type(Array(first.utf8))
      roster.pause(late)
      roster.type(Array(second.utf8))
      roster.pause(4_000)
      #expect(roster.requests == [], "\(late) ms")
    }
  }

  @Test func aTornArrowKeepsTheDraftOfAStatus() {
    for pause in [0, 60, 150, 400] {
      var roster = RosterAtKeyboard()
      roster.type(Array("sabc".utf8))
      roster.type([0x1B])
      roster.pause(pause)
      roster.type(Array("[D".utf8))
      roster.pause(1_000)
      #expect(roster.requests == [])
      if pause <= 150 {
        roster.type(Array("x".utf8))
        #expect(roster.scene.model.layers.draft == "abxc")
      }
    }
  }

  @Test func keypadDigitsAreTextInAStatusAndNoCommands() {
    var roster = RosterAtKeyboard()
    roster.type(Array("\u{1B}Oq\u{1B}Os".utf8))
    #expect(roster.requests == [])
    roster.type(Array("s\u{1B}Oq\u{1B}Os\u{1B}On\u{1B}Op".utf8))
    #expect(roster.scene.model.layers.draft == "13.0")
  }

  @Test func everySequenceCutAnywhereDoesNothing() {
    for sequence in Self.sequences {
      let bytes = Array(sequence.utf8)
      for cut in 1..<bytes.count {
        for pause in [0, 60, 150, 300, 700, 1_200, 2_500] {
          var roster = RosterAtKeyboard()
          roster.type(Array(bytes[..<cut]))
          roster.pause(pause)
          roster.type(Array(bytes[cut...]))
          roster.pause(4_000)
          // Alt and a letter, cut later than pieces that belong together are: an Escape and a letter.
          if pause > 150, bytes.count == 2 { continue }
          #expect(roster.requests == [], "\(sequence.dropFirst()) cut at \(cut), \(pause) ms")
        }
      }
    }
  }

  /// Known and random sequences, cut at random places, with pauses of up to 150 ms anywhere in them and up to a second
  /// between them.
  @Test(arguments: 0..<40 as Range<UInt64>)
  func whatIsNoPlainByteAnswersNoInviteAndChangesNoState(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var roster = RosterAtKeyboard()
    for _ in 0..<150 {
      var bytes = Self.randomSequence(&random)
      while !bytes.isEmpty {
        let length = Int.random(in: 1...bytes.count, using: &random)
        roster.type(Array(bytes.prefix(length)))
        bytes = bytes.dropFirst(length)
        roster.pause(.random(in: 0...150, using: &random))
      }
      roster.pause(.random(in: 0...1_000, using: &random))
      #expect(roster.requests == [])
      // A confirmation about a user is answered by letters only, and the list is where letters would do most.
      roster.scene.model.layers = LayerStack()
    }
    // And the keyboard works.
    roster.pause(4_000)
    roster.type(Array("I".utf8))
    roster.pause(1_000)
    roster.type(Array("A".utf8))
    #expect(roster.requests == [.change(.accept(.user("ola")))])
  }

  private static func randomSequence(_ random: inout SeededGenerator) -> ArraySlice<UInt8> {
    if Bool.random(using: &random) {
      let known = sequences.randomElement(using: &random) ?? ""
      return Array(known.utf8)[...]
    }
    func some(_ count: ClosedRange<Int>, of range: ClosedRange<UInt8>) -> [UInt8] {
      (0..<Int.random(in: count, using: &random)).map { _ in .random(in: range, using: &random) }
    }
    let introducer: [UInt8] = Bool.random(using: &random) ? [0x1B, 0x5B] : [0x9B]
    switch Int.random(in: 0..<4, using: &random) {
    case 0: return ([0x1B, 0x4F] + some(0...2, of: 0x30...0x39) + some(1...1, of: 0x40...0x7E))[...]
    case 1:
      let strings: [UInt8] = [0x5D, 0x50, 0x58, 0x5E, 0x5F]
      let kind = strings.randomElement(using: &random) ?? 0x5D
      return ([0x1B, kind] + some(1...30, of: 0x20...0x7E) + [0x1B, 0x5C])[...]
    default:
      let parameters = some(0...8, of: 0x30...0x3B)
      let final = some(1...1, of: 0x40...0x7E)
      // Coordinates follow these two and three letters where nothing comes before them.
      if parameters.isEmpty, let letter = final.first, [0x4D, 0x54, 0x5B, 0x74].contains(letter) {
        return [0x1B, 0x5B, 0x41]
      }
      return (introducer + parameters + some(0...1, of: 0x20...0x23) + final)[...]
    }
  }
}

extension LayerStack {
  /// What is being written.
  fileprivate var draft: String? {
    if case .prompt(let prompt) = top { prompt.editor.text } else { nil }
  }
}
