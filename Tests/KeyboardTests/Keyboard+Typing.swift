import Ports
import Screen

@testable import Keyboard

/// A keyboard with a clock: bytes in pieces, pauses between them, and what comes of it.
struct Typing {
  var decoder: KeyDecoder
  private(set) var now = Instant(nanoseconds: 5_000_000_000)
  private(set) var events: [InputEvent] = []

  init(_ keys: TerminalKeys = .xterm) { decoder = KeyDecoder(keys: keys) }

  mutating func type(_ bytes: [UInt8]) { events += decoder.feed(bytes, at: now) }

  mutating func type(_ text: String) { type(Array(text.utf8)) }

  /// Lets time pass, and has the decoder told when it wants to be.
  mutating func pause(_ milliseconds: Int) {
    let end = now + .milliseconds(milliseconds)
    while let deadline = decoder.deadline, deadline <= end {
      now = max(now, deadline)
      events += decoder.expire(at: now)
    }
    now = end
  }

  /// What became of pieces with a pause between each two, and some seconds after the last.
  static func of(_ pieces: [String], pause milliseconds: Int = 0, _ keys: TerminalKeys = .xterm)
    -> [InputEvent]
  {
    of(pieces.map { Array($0.utf8) }, pause: milliseconds, keys)
  }

  static func of(_ pieces: [[UInt8]], pause milliseconds: Int = 0, _ keys: TerminalKeys = .xterm)
    -> [InputEvent]
  {
    var typing = Typing(keys)
    for (index, piece) in pieces.enumerated() {
      if index > 0 { typing.pause(milliseconds) }
      typing.type(piece)
    }
    typing.pause(4_000)
    return typing.events
  }
}

extension TerminalKeys {
  /// The strings of xterm-256color, as far as they matter here.
  static let xterm = TerminalKeys { name in
    let strings = [
      "kbs": "\u{7F}", "kcuu1": "\u{1B}OA", "kcud1": "\u{1B}OB", "kcuf1": "\u{1B}OC", "kcub1": "\u{1B}OD",
      "khome": "\u{1B}OH", "kend": "\u{1B}OF", "kpp": "\u{1B}[5~", "knp": "\u{1B}[6~", "kich1": "\u{1B}[2~",
      "kdch1": "\u{1B}[3~", "kcbt": "\u{1B}[Z", "kent": "\u{1B}OM", "kf1": "\u{1B}OP", "kf5": "\u{1B}[15~",
      "kf15": "\u{1B}[1;2R",
    ]
    return strings[name].map { Array($0.utf8) }
  }
}

extension Key: ExpressibleByUnicodeScalarLiteral {
  init(unicodeScalarLiteral scalar: Unicode.Scalar) { self = .character(scalar) }
}

extension [InputEvent] {
  static func keys(_ keys: Key...) -> [InputEvent] { keys.map { .key($0) } }

  /// Whether a letter, a digit or anything else came that has a key of its own.
  var hasCharacter: Bool {
    contains { event in if case .key(.character) = event { true } else { false } }
  }
}
