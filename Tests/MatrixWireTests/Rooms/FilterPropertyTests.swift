import MatrixWire
import Ports
import Testing

/// Random filters against the specification's words, said a second time: a filter lets nothing pass that its own
/// definition excludes, and holds back nothing else.
struct FilterPropertyTests {
  private static let users = ["@a:x", "@b:x", "@\u{E9}:x", "@e\u{301}:x"]
  private static let rooms = ["!a:x", "!b:x", "!c"]
  private static let types = [
    "m.room.member", "m.room.message", "m.room.name", "m.typing", "", "a", "aba", "\u{E9}", "*", "m.",
  ]
  private static let patterns =
    types + ["*", "m.*", "*.member", "m.*.name", "m.room.m*", "*room*", "a*", "*a", "a*a", "**", "*\u{301}"]

  /// A definition as a client writes it.
  private struct Definition {
    var lists: [String: [String]] = [:]
    var containsURL: Bool?

    init(_ random: inout SeededGenerator) {
      let sources = [("types", patterns), ("senders", users), ("rooms", rooms)]
      for (name, source) in sources {
        for key in [name, "not_\(name)"] where Int.random(in: 0..<3, using: &random) == 0 {
          let count = Int.random(in: 0...3, using: &random)
          lists[key] = (0..<count).compactMap { _ in source.randomElement(using: &random) }
        }
      }
      if Bool.random(using: &random) { containsURL = Bool.random(using: &random) }
    }

    var text: String {
      var members = lists.map { key, values in
        "\"\(key)\":[\(values.map { "\"\($0)\"" }.joined(separator: ","))]"
      }
      if let containsURL { members.append("\"contains_url\":\(containsURL)") }
      return "{\(members.joined(separator: ","))}"
    }

    /// Word by word: what is not listed where something is, or listed where it must not be, is excluded.
    func excludes(room: String, type: String, sender: String, hasURL: Bool) -> Bool {
      func isListed(_ value: String, in key: String) -> Bool? {
        lists[key].map { $0.contains { $0.utf8.elementsEqual(value.utf8) } }
      }
      func isMatched(in key: String) -> Bool? {
        lists[key].map { $0.contains { Self.matches($0.utf8[...], type.utf8[...]) } }
      }
      return isListed(room, in: "rooms") == false || isListed(room, in: "not_rooms") == true
        || isListed(sender, in: "senders") == false || isListed(sender, in: "not_senders") == true
        || isMatched(in: "types") == false || isMatched(in: "not_types") == true
        || containsURL == !hasURL
    }

    private static func matches(_ pattern: Substring.UTF8View, _ text: Substring.UTF8View) -> Bool {
      guard let first = pattern.first else { return text.isEmpty }
      if first == UInt8(ascii: "*") {
        return text.indices.contains { matches(pattern.dropFirst(), text[$0...]) }
          || matches(pattern.dropFirst(), text[text.endIndex...])
      }
      return text.first == first && matches(pattern.dropFirst(), text.dropFirst())
    }
  }

  @Test(arguments: UInt64(1)...8) func aFilterLetsPassExactlyWhatItDoesNotExclude(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    for _ in 0..<100 {
      let definition = Definition(&random)
      let filter = try RoomEventFilter(parsing: Array(definition.text.utf8))
      for room in Self.rooms {
        let allowsRoom = filter.allows(room: try .named(room))
        for type in Self.types {
          for sender in Self.users {
            for hasURL in [false, true] {
              let allows = filter.allows(type: Array(type.utf8), from: try user(sender), hasURL: hasURL)
              let passes = allowsRoom && allows
              let excluded = definition.excludes(room: room, type: type, sender: sender, hasURL: hasURL)
              guard passes == excluded || passes && filter.blocksEverything else { continue }
              Issue.record("\(definition.text): \(room) \(type) \(sender) \(hasURL) passes: \(passes)")
            }
          }
        }
      }
    }
  }

  @Test(arguments: UInt64(1)...4) func aFilterIsTheSameOnceItIsStored(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    for _ in 0..<100 {
      let (timeline, state) = (Definition(&random), Definition(&random))
      let text = "{\"room\":{\"timeline\":\(timeline.text),\"state\":\(state.text)}}"
      let filter = try SyncFilter(parsing: Array(text.utf8))
      #expect(SyncFilter(accepted: Array(text.utf8)) == filter)
      #expect(try SyncFilter(parsing: WireJSON.encode(filter)) == filter)
    }
  }
}
