import MatrixWire
import Testing

struct PresenceStateTests {
  static let known: [(String, PresenceState)] = [
    ("online", .online), ("unavailable", .unavailable), ("offline", .offline),
    ("free_for_chat", .freeForChat), ("hidden", .hidden), ("busy", .busy), ("unknown", .unknown),
  ]

  @Test(arguments: known)
  func aKnownStateIsItsWord(wire: String, state: PresenceState) throws {
    #expect(PresenceState(wire: wire) == state)
    #expect(json([state]) == "[\"\(wire)\"]")
  }

  @Test(arguments: ["dnd", "ONLINE", "org.example.napping", " online"])
  func aStateNobodyKnowsSurvives(wire: String) throws {
    let state = try #require(try decode("[\"\(wire)\"]", as: [PresenceState].self).first)
    #expect(state == .other(wire))
    #expect(json([state]) == "[\"\(wire)\"]")
  }

  @Test func theUnstableWordForBusyIsBusy() {
    #expect(PresenceState(wire: "org.matrix.msc3026.busy") == .busy)
  }

  @Test func theEmptyWordIsUnknown() {
    #expect(PresenceState(wire: "") == .unknown)
  }

  @Test(arguments: [
    (PresenceState.online, PresenceState.online), (.freeForChat, .online), (.busy, .online),
    (.unavailable, .unavailable), (.offline, .offline), (.hidden, .offline), (.unknown, .offline),
    (.other("dnd"), .offline),
  ])
  func everyStateHasAStandardOne(state: PresenceState, standard: PresenceState) {
    #expect(state.standard == standard)
  }

  @Test(arguments: [
    (PresenceState.offline, 0), (.hidden, 0), (.unavailable, 1), (.online, 2), (.busy, 2), (.freeForChat, 3),
  ])
  func levelsRankAsTheProtocolSays(state: PresenceState, level: Int) {
    #expect(state.level == level)
  }
}
