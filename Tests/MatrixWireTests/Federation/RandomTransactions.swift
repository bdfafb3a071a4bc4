import MatrixWire
import Ports

/// Transactions nobody would write, from a seed.
struct RandomTransactions {
  static let red = ServerName("red.example").orFail

  private var random: SeededGenerator

  init(seed: UInt64) { random = SeededGenerator(seed: seed) }

  private static let exact = 0...CanonicalJSON.exactIntegers.upperBound

  private mutating func number(_ range: ClosedRange<Int64> = exact) -> Int64 {
    Int64.random(in: range, using: &random)
  }

  private mutating func maybe<Value>(_ value: Value) -> Value? {
    Bool.random(using: &random) ? value : nil
  }

  private mutating func text() -> String {
    let scalars: [Unicode.Scalar] = [
      "a", "\"", "\\", "/", "\u{0}", "\u{1f}", "\u{7f}", "é", "\u{301}", "\u{2028}", "😀",
      "\u{10FFFF}",
    ]
    var text = String.UnicodeScalarView()
    for _ in 0..<number(0...8) { text.append(scalars.randomElement(using: &random) ?? "x") }
    return String(text)
  }

  private mutating func user() -> UserID {
    let part = text().unicodeScalars.filter { $0 != "\u{0}" }
    return UserID("@\(String(String.UnicodeScalarView(part))):red.example").orFail
  }

  private mutating func users() -> [UserID] { (0..<number(0...3)).map { _ in user() } }

  private mutating func push() -> PresenceEDU.Push {
    let states: [PresenceState] = [
      .online, .unavailable, .offline, .freeForChat, .hidden, .busy, .unknown, .other(text() + "x"),
    ]
    let year: ClosedRange<Int64> = 0...31_536_000_000
    let content = PresenceContent(
      state: states.randomElement(using: &random) ?? .online, lastActiveAgo: maybe(Int(number(year))),
      currentlyActive: maybe(true), statusMessage: maybe(text()), displayName: maybe(text()),
      avatarURL: maybe(text()), deviceTypes: maybe([.mobile, .web]) ?? [], idleAgo: maybe(Int(number(year))))
    return .init(userID: user(), content: content, sequence: maybe(number()))
  }

  private mutating func presence() -> PresenceEDU {
    var edu = PresenceEDU()
    edu.push = (0..<number(0...4)).map { _ in push() }
    (edu.poll, edu.unpoll, edu.queries, edu.refused) = (users(), users(), users(), users())
    edu.epoch = maybe(number())
    edu.promise = maybe(Int(number(0...31_536_000_000)))
    edu.role = maybe(maybe(.reminder) ?? .answer)
    edu.wantsInlineAnswer = .random(using: &random)
    return edu
  }

  private mutating func edu() -> EDU {
    let kinds: [ListEDU.Kind] = [.invite, .accept, .deny, .drop]
    switch number(0...3) {
    case 0: return .other(type: "x" + text())
    case 1:
      let kind = kinds.randomElement(using: &random) ?? .invite
      return .list(ListEDU(kind, observer: user(), observed: user(), inviteID: maybe(number())))
    default: return .presence(presence())
    }
  }

  mutating func transaction() -> Transaction {
    var transaction = Transaction(
      id: text(), origin: Self.red, sentAt: number(), edus: (0..<number(0...5)).map { _ in edu() },
      order: maybe(.init(epoch: number(), number: number())))
    transaction.pdus = (0..<number(0...3)).map { _ in text() }
    return transaction
  }

  mutating func answer() -> TransactionAnswer {
    var answer = TransactionAnswer()
    answer.answer = maybe(presence())
    answer.epoch = maybe(number())
    answer.behind = maybe(number())
    for _ in 0..<number(0...3) { answer.pdus[text()] = text() }
    return answer
  }

  /// Changes, removes, adds or repeats a few bytes.
  mutating func damage(_ bytes: inout [UInt8]) {
    guard let place = bytes.indices.randomElement(using: &random) else { return }
    let tokens = ["{", "}", "[", "]", "null", "1e99", "-", "\"", "\\u", ",", "9007199254740993", "\u{0}"]
    switch number(0...3) {
    case 0: bytes[place] = UInt8.random(in: .min ... .max, using: &random)
    case 1: bytes.removeSubrange(place..<min(bytes.count, place + Int(number(1...9))))
    case 2: bytes.insert(contentsOf: (tokens.randomElement(using: &random) ?? "").utf8, at: place)
    default: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + Int(number(1...30)))], at: place)
    }
  }
}

extension Optional {
  /// For values of tests that are well-formed.
  var orFail: Wrapped {
    guard let self else { fatalError("a value of the tests is malformed") }
    return self
  }
}
