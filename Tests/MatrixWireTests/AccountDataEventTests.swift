import MatrixWire
import Testing

/// What a client reads of its user's own data, which other clients write as well.
struct AccountDataEventTests {
  private func decode(_ text: String) throws -> AccountDataEvent {
    try WireJSON.decode(AccountDataEvent.self, from: Array(text.utf8))
  }

  @Test func directRoomsAreReadAndWhatIsMalformedIsPassedOver() throws {
    let event = try decode(
      #"{"type":"m.direct","content":{"@ann:a.example":["!r:a.example",5],"bob@mail":["!x"],"@cid:a.example":7}}"#
    )
    let (ann, cid) = (try #require(UserID("@ann:a.example")), try #require(UserID("@cid:a.example")))
    #expect(event == .direct([ann: [try #require(RoomID("!r:a.example"))], cid: []]))
  }

  @Test func ignoredUsersAreReadAndWhatIsMalformedIsPassedOver() throws {
    let event = try decode(
      #"{"type":"m.ignored_user_list","content":{"ignored_users":{"@ann:a.example":{},"nobody":{}}}}"#)
    #expect(event == .ignored([try #require(UserID("@ann:a.example"))]))
    #expect(try decode(#"{"type":"m.ignored_user_list","content":{"ignored_users":[]}}"#) == .ignored([]))
  }

  @Test(arguments: [
    #"{"type":"m.direct","content":[]}"#, #"{"type":"m.direct"}"#, #"{"type":"m.fully_read"}"#,
  ])
  func anythingElseIsUnrecognized(text: String) throws {
    guard case .unrecognized = try decode(text) else {
      Issue.record("recognized: \(text)")
      return
    }
  }

  @Test func itIsPartOfAnAnswerToSync() throws {
    let text =
      #"{"next_batch":"s1","account_data":{"events":[{"type":"m.direct","content":{}},7,{"content":{}}]}}"#
    let answer = try WireJSON.decode(SyncAnswer.self, from: Array(text.utf8))
    #expect(answer.accountData == [.direct([:])])
    let again = try WireJSON.decode(SyncAnswer.self, from: WireJSON.encode(answer))
    #expect(again == answer)
  }
}
