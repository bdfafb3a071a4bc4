import MatrixWire
import Testing

/// The extended list endpoint (E2, E3).
struct PresenceListTests {
  static func entry() throws -> ListEntry {
    ListEntry(
      userID: try user("@b:x"), state: .accepted, presence: PresenceContent(state: .online, lastActiveAgo: 1),
      groups: ["work"], invitedAt: 17, acceptedAt: 18)
  }

  static let entryText =
    #"{"accepted_ts":18,"groups":["work"],"invited_ts":17,"last_active_ago":1,"presence":"online","#
    + #""stale":false,"state":"accepted","user_id":"@b:x"}"#

  @Test func anEntryIsFlat() throws {
    #expect(json(try Self.entry()) == Self.entryText)
    #expect(try decode(Self.entryText) == Self.entry())
  }

  @Test(arguments: [PresenceState.unknown, .busy, .freeForChat, .hidden])
  func anEntryHasTheExactStateInOneKey(state: PresenceState) throws {
    let entry = ListEntry(
      userID: try user("@b:x"), state: .accepted, presence: PresenceContent(state: state))
    #expect(json(entry).contains(#""presence":"\#(state.wire)""#))
    #expect(!json(entry).contains("chat.porchlight.presence"))
  }

  @Test func anUnknownEntryIsStale() throws {
    let entry = ListEntry(
      userID: try user("@b:x"), state: .pending,
      presence: PresenceContent(state: .unknown, unknownReason: .pending))
    #expect(json(entry).contains(#""stale":true"#))
  }

  @Test func anAnswerReadsBackAsItWasWritten() throws {
    let answer = PresenceListAnswer(
      list: [try Self.entry()], invites: [PendingInvite(observer: try user("@c:y"), receivedAt: 5)],
      observers: [try user("@d:z")], nextBatch: try #require(SyncToken("s1")))
    #expect(
      json(answer)
        == #"{"invites":[{"observer":"@c:y","received_ts":5}],"list":[\#(Self.entryText)],"#
        + #""next_batch":"s1","observers":["@d:z"]}"#)
    #expect(try decode(json(answer)) == answer)
  }

  @Test func malformedNeighboursDoNotCostTheRest() throws {
    let text = """
      {"list":[7,\(Self.entryText),{"user_id":"@e:x"},null],"invites":[{"observer":"c"}],
       "observers":["d",null,"@d:z"],"next_batch":"s1"}
      """
    let answer: PresenceListAnswer = try decode(text)
    #expect(answer.list == [try Self.entry()])
    #expect(answer.invites == [])
    #expect(answer.observers == [try user("@d:z")])
  }

  @Test func absentListsAreEmpty() throws {
    let answer: PresenceListAnswer = try decode(#"{"next_batch":"s1"}"#)
    #expect(answer.list.isEmpty && answer.invites.isEmpty && answer.observers.isEmpty)
  }

  @Test func aRequestSaysOnlyWhatItWants() throws {
    let bob = try user("@b:x")
    #expect(json(PresenceListRequest(invite: [bob])) == #"{"invite":["@b:x"]}"#)
    #expect(json(PresenceListRequest(groups: [bob: ["work"]])) == #"{"groups":{"@b:x":["work"]}}"#)
  }

  @Test func aRequestKeepsMalformedIDsForTheirOwnFailure() throws {
    let request: PresenceListRequest = try decode(#"{"invite":["@b:x","nonsense",""],"odd":1}"#)
    #expect(request.invite == ["@b:x", "nonsense", ""])
  }

  @Test func aResultNamesWhatFailed() throws {
    let result = PresenceListResult(failed: ["@b:x": MatrixError(.notInvited, "Nobody asked.")])
    #expect(
      json(result)
        == #"{"failed":{"@b:x":{"errcode":"CHAT_PORCHLIGHT_NOT_INVITED","error":"Nobody asked."}}}"#)
    #expect(try decode(json(result)) == result)
  }

  @Test(arguments: ["-9223372036854775808", "1e300", "\"soon\"", "9223372036854775807"])
  func aTimeThatCannotBeIsNone(_ time: String) throws {
    let text = #"{"observer":"@ann:porch.example","received_ts":\#(time)}"#
    let invite = try WireJSON.decode(PendingInvite.self, from: text.utf8)
    #expect(invite.receivedAt == 0)
  }
}
