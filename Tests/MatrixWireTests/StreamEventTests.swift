import MatrixWire
import Testing

/// Events of the presence section, and the answer around them (Protocol 3.5, E4, 4.2).
struct StreamEventTests {
  static func events(_ text: String) throws -> [StreamEvent] {
    try decode(#"{"next_batch":"s1","presence":{"events":[\#(text)]}}"#, as: SyncAnswer.self).presence
  }

  @Test func aPresenceEventIsWrittenWithItsSender() throws {
    let event = StreamEvent.presence(try user("@b:x"), PresenceContent(state: .online))
    #expect(json(event) == #"{"content":{"presence":"online"},"sender":"@b:x","type":"m.presence"}"#)
  }

  @Test func anInviteEventIsWrittenWhole() throws {
    let event = StreamEvent.invite(
      InviteEvent(
        observer: try user("@a:x"), observed: try user("@b:x"), receivedAt: 17, state: .withdrawn,
        displayName: "Ann"))
    let expected =
      #"{"content":{"displayname":"Ann","observed_user":"@b:x","observer_user":"@a:x","received_ts":17,"#
      + #""state":"withdrawn"},"sender":"@a:x","type":"chat.porchlight.presence_invite"}"#
    #expect(json(event) == expected)
    #expect(try Self.events(expected) == [event])
  }

  @Test func aListEventIsWrittenWhole() throws {
    let event = StreamEvent.list(
      ListEvent(userID: try user("@b:x"), state: .denied, sender: try user("@b:x")))
    let expected =
      #"{"content":{"state":"denied","user_id":"@b:x"},"sender":"@b:x","type":"chat.porchlight.presence_list"}"#
    #expect(json(event) == expected)
    #expect(try Self.events(expected) == [event])
  }

  @Test func theOldShapeNamesThePersonInside() throws {
    let event = #"{"type":"m.presence","content":{"user_id":"@b:x","presence":"online"}}"#
    #expect(try Self.events(event) == [.presence(try user("@b:x"), PresenceContent(state: .online))])
  }

  @Test func aMalformedSenderGivesWayToTheOneInside() throws {
    let event = #"{"type":"m.presence","sender":"b","content":{"user_id":"@b:x","presence":"online"}}"#
    #expect(try Self.events(event) == [.presence(try user("@b:x"), PresenceContent(state: .online))])
  }

  @Test func anInviteWithoutAStateIsPending() throws {
    let event = """
      {"type":"chat.porchlight.presence_invite",
       "content":{"observer_user":"@a:x","observed_user":"@b:x","received_ts":-4,"displayname":null}}
      """
    let expected = InviteEvent(
      observer: try user("@a:x"), observed: try user("@b:x"), receivedAt: 0, state: .pending)
    #expect(try Self.events(event) == [.invite(expected)])
  }

  @Test func anInviteInAStateOfTheFutureIsPassedOver() throws {
    let event = """
      {"type":"chat.porchlight.presence_invite",
       "content":{"observer_user":"@a:x","observed_user":"@b:x","received_ts":1,"state":"expired"}}
      """
    #expect(try Self.events(event) == [.unrecognized(type: "chat.porchlight.presence_invite")])
  }

  @Test(arguments: [
    #"{"type":"m.presence"}"#, #"{"type":"m.presence","sender":"@b:x","content":{}}"#,
    #"{"type":"m.presence","content":{"presence":"online"}}"#,
    #"{"type":"m.presence","sender":"@b:x","content":"online"}"#,
  ])
  func aPresenceEventThatMakesNoSenseIsPassedOver(event: String) throws {
    #expect(try Self.events(event) == [.unrecognized(type: "m.presence")])
  }

  @Test(arguments: [
    #"{"type":"m.typing","content":{}}"#, #"{"content":{}}"#, "7", "null", "[]", #""m.presence""#,
    #"{"type":5}"#, #"{"type":"m.presence","sender":"@a:x","content":{"presence":[]}}"#,
    #"{"type":"chat.porchlight.presence_list","sender":"@a:x","content":{"user_id":"@b:x","state":"odd"}}"#,
    #"{"type":"chat.porchlight.presence_invite","content":{"observer_user":"@a:x"}}"#,
  ])
  func aMalformedNeighbourDoesNotCostTheRest(event: String) throws {
    let good = #"{"type":"m.presence","sender":"@b:x","content":{"presence":"online"}}"#
    let read = try Self.events("\(good),\(event),\(good)").filter {
      if case .presence = $0 { true } else { false }
    }
    #expect(read.count == 2)
  }

  // MARK: The answer

  @Test func anAnswerAlwaysCarriesEverySection() throws {
    let answer = SyncAnswer(nextBatch: try #require(SyncToken("s1")), presence: [])
    #expect(
      json(answer)
        == #"{"account_data":{"events":[]},"next_batch":"s1","presence":{"events":[]},"#
        + #""rooms":{"invite":{},"join":{},"leave":{}}}"#)
  }

  @Test(arguments: [
    #"{"next_batch":"s1"}"#, #"{"next_batch":"s1","presence":null}"#, #"{"next_batch":"s1","presence":{}}"#,
    #"{"next_batch":"s1","presence":{"events":null}}"#, #"{"next_batch":"s1","presence":{"events":{}}}"#,
    #"{"next_batch":"s1","presence":[],"rooms":7}"#,
  ])
  func anySectionMayBeAbsentOrBroken(text: String) throws {
    #expect(try decode(text) == SyncAnswer(nextBatch: try #require(SyncToken("s1")), presence: []))
  }

  @Test func anAnswerNeedsAPosition() {
    let error = #expect(throws: MatrixError.self) { try decode("{}", as: SyncAnswer.self) }
    #expect(error?.code == .missingParameter)
  }
}
