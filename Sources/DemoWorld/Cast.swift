internal import PorchlightSDK
internal import Ports

/// Draws the people of a world from its seed.
struct Cast: Sendable {
  private static let names: [(localpart: String, name: String)] = [
    ("tomasz", "Tomasz"), ("amara", "Amara"), ("jon", "Jon"), ("priya", "Priya"), ("li.lei", "李雷"),
    ("kaya", "Kaya"), ("nadia", "Nadia"), ("ben", "Ben"), ("chidi", "Chidi"), ("dmitri", "Дмитрий"),
    ("eun-ji", "은지"), ("oskar", "Oskar"), ("ruth", "Ruth"), ("zoe", "Zoë"), ("hana", "Hana"),
    ("lars", "Lars"), ("mona", "Mona"), ("yusuf", "Yusuf"), ("greta", "Greta"), ("ivan", "Ivan"),
    ("noor", "Noor"), ("sakura", "さくら"), ("elif", "Elif"), ("mateo", "Mateo"), ("anouk", "Anouk"),
    ("kofi", "Kofi"), ("ingrid", "Ingrid"), ("rafael", "Rafael"), ("leila", "Leïla"), ("pavel", "Pavel"),
  ]

  private static let texts: [Persona.Temper: [String]] = [
    .steady: ["on call, ping me", "release day", "reading", "写代码", "in the workshop", "reviewing", ""],
    .restless: ["lunch", "school run", "back in ten", "making tea", "on the phone", ""],
    .commuter: ["on the train", "home", "out with the dog", "back on Monday", ""],
    .flapping: ["hotel wifi", "somewhere between two stations"],
    .moody: ["pairing until 4", "in a meeting", "ask me anything", "deep in a trace", "coffee?"],
    .bot: ["main is green", "main is red: 2 failures", "building 4c21e9", "nightly done"],
  ]

  /// The people of a world: `count` on the list, and some who are not, of whom some are in rooms with them.
  static func people(count: Int, seed: UInt64) -> [Persona] {
    var random = SeededGenerator(seed: seed)
    let listed = (0..<max(0, count)).map { index in
      persona(index: index, temper: temper(at: index, using: &random), .listed, using: &random)
    }
    let others: [(String, String, Persona.Acquaintance)] = [
      ("ola", "Ola K.", .asking), ("promo9", "promo9", .asking), ("marek", "Marek", .willAsk),
      ("sunniva", "Sunniva", .willAsk), ("rosa", "Rosa", .friendly), ("viktor", "Viktor", .shy),
      ("ines", "Inês", .roomMate), ("hugo", "Hugo", .roomMate), ("tove", "Tove", .roomMate),
      ("minh", "Minh", .roomMate),
    ]
    return listed
      + others.map { localpart, name, acquaintance in
        Persona(
          localpart: localpart, displayName: name, temper: .steady, acquaintance: acquaintance,
          texts: texts[.steady] ?? [], seed: random.next())
      }
  }

  private static func temper(
    at index: Int, using random: inout SeededGenerator
  ) -> Persona.Temper {
    // One bot and one bad line are enough for any twenty.
    switch index % 20 {
    case 7: .bot
    case 11: .flapping
    default: [.steady, .restless, .commuter, .moody].randomElement(using: &random) ?? .steady
    }
  }

  private static func persona(
    index: Int, temper: Persona.Temper, _ acquaintance: Persona.Acquaintance,
    using random: inout SeededGenerator
  ) -> Persona {
    let name = names[index % names.count]
    let round = index / names.count
    let localpart = temper == .bot ? "build-bot" : name.localpart
    let displayName = temper == .bot ? "build-bot" : name.name
    return Persona(
      localpart: round == 0 && temper != .bot ? localpart : "\(localpart)-\(index + 1)",
      displayName: round == 0 ? displayName : "\(displayName) \(round + 1)",
      temper: temper, acquaintance: acquaintance, texts: texts[temper] ?? [], seed: random.next())
  }

  /// People whose names and texts try to harm the terminal that shows them.
  static func hostile(seed: UInt64) -> [Persona] {
    var random = SeededGenerator(seed: seed ^ 0xBAD)
    let people: [(String, String, [String])] = [
      ("escape", "\u{1B}[31mred\u{1B}[2J\u{1B}]0;owned\u{7}", ["\u{1B}[10;10Hjump", "\u{9B}2Jclear"]),
      ("bidi", "\u{202E}desrever\u{202C}", ["pay \u{2066}txt.exe\u{2069}", "\u{200F}rtl"]),
      ("newline", "two\nlines\r\nand\ttabs", ["a\u{2028}b\u{2029}c\u{85}d", "one\u{B}two\u{C}three"]),
      (
        "zero-width", "in\u{200B}vis\u{200D}i\u{FEFF}ble\u{AD}",
        ["\u{200B}\u{200B}\u{200B}", "\u{2060}\u{3164}"]
      ),
      ("wide", String(repeating: "宽", count: 80), [String(repeating: "🌊", count: 60), "ｆｕｌｌ ｗｉｄｔｈ"]),
      (
        "zalgo", "z" + String(repeating: "\u{301}\u{323}", count: 40) + "algo",
        ["x\u{336}\u{336}\u{336}\u{336}y"]
      ),
      ("long", String(repeating: "very ", count: 50) + "long", [String(repeating: "words ", count: 150)]),
      ("control", "\u{0}\u{1}\u{2}\u{7F}\u{90}", ["\u{8}\u{8}\u{8}back", "bell\u{7}\u{7}\u{7}"]),
    ]
    return people.map { localpart, name, texts in
      Persona(
        localpart: "hostile-\(localpart)", displayName: name, temper: .steady, acquaintance: .listed,
        texts: texts, seed: random.next())
    }
  }
}
