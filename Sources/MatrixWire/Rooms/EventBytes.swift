/// An event as bytes, written once for all who are told it. What differs between them, `age` and a part of `unsigned`, is
/// put in between when an answer is put together, which allocates nothing but the answer.
public struct EventBytes: Hashable, Sendable {
  /// The runs below, one after the other.
  private let bytes: [UInt8]
  /// What comes before the room: from the content to what it redacts. Every member ends with a comma.
  private let headEnd: Int
  /// The `room_id`, with its comma.
  private let roomEnd: Int
  /// The sender as a JSON string.
  private let sender: Range<Int>
  /// What comes after the room: from the sender to the type, with commas.
  private let tailEnd: Int
  /// The rest is what `unsigned` says to all. Every member begins with a comma.
  private let originServerTimestamp: Int64

  public init(_ event: ClientEvent) {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(
      event.content.count + (event.prevContent?.count ?? 0) + (event.redactedBecause?.count ?? 0) + 512)
    bytes.append(contentsOf: "\"content\":".utf8)
    bytes.append(contentsOf: event.content)
    bytes.append(contentsOf: ",\"event_id\":".utf8)
    bytes.append(event.eventID)
    bytes.append(contentsOf: ",\"origin_server_ts\":".utf8)
    bytes.append(contentsOf: String(event.originServerTimestamp).utf8)
    if let redacts = event.redacts {
      bytes.append(contentsOf: ",\"redacts\":".utf8)
      bytes.append(redacts)
    }
    bytes.append(UInt8(ascii: ","))
    headEnd = bytes.count
    bytes.append(contentsOf: "\"room_id\":".utf8)
    bytes.appendJSONString(event.roomID.rawValue)
    bytes.append(UInt8(ascii: ","))
    roomEnd = bytes.count
    bytes.append(contentsOf: "\"sender\":".utf8)
    let senderStart = bytes.count
    bytes.appendJSONString(event.sender.rawValue)
    sender = senderStart..<bytes.count
    if let stateKey = event.stateKey {
      bytes.append(contentsOf: ",\"state_key\":".utf8)
      bytes.appendJSONString(stateKey)
    }
    bytes.append(contentsOf: ",\"type\":".utf8)
    bytes.appendJSONString(event.type)
    bytes.append(UInt8(ascii: ","))
    tailEnd = bytes.count
    if let content = event.prevContent {
      bytes.append(contentsOf: ",\"prev_content\":".utf8)
      bytes.append(contentsOf: content)
    }
    if let sender = event.prevSender {
      bytes.append(contentsOf: ",\"prev_sender\":".utf8)
      bytes.appendJSONString(sender.rawValue)
    }
    if let redaction = event.redactedBecause {
      bytes.append(contentsOf: ",\"redacted_because\":".utf8)
      bytes.append(contentsOf: redaction)
    }
    if let replaced = event.replacesState {
      bytes.append(contentsOf: ",\"replaces_state\":".utf8)
      bytes.append(replaced)
    }
    self.bytes = bytes
    originServerTimestamp = event.originServerTimestamp
  }

  /// About how many bytes the event takes up in an answer.
  var expectedBytes: Int { bytes.count + 128 }

  /// Adds the whole event.
  ///
  /// - Parameters:
  ///   - answer: what is being written.
  ///   - form: how events are written there.
  ///   - now: milliseconds since 1970, from which its age follows.
  ///   - membership: what the viewer was to the room when the event was sent.
  ///   - transactionID: where it was the viewer's device that sent it: with which ID.
  func append(
    to answer: inout [UInt8], as form: EventForm, now: Int64, membership: Membership?, transactionID: String?
  ) {
    answer.append(UInt8(ascii: "{"))
    answer.append(contentsOf: bytes[..<(form == .sync ? headEnd : roomEnd)])
    answer.append(contentsOf: bytes[roomEnd..<tailEnd])
    answer.append(contentsOf: "\"unsigned\":{".utf8)
    append(age: now, to: &answer)
    if let membership {
      answer.append(contentsOf: ",\"membership\":\"".utf8)
      answer.append(contentsOf: membership.rawValue.utf8)
      answer.append(UInt8(ascii: "\""))
    }
    answer.append(contentsOf: bytes[tailEnd...])
    if let transactionID {
      answer.append(contentsOf: ",\"transaction_id\":".utf8)
      answer.appendJSONString(transactionID)
    }
    answer.append(UInt8(ascii: "}"))
    if form == .v1 {
      answer.append(UInt8(ascii: ","))
      append(age: now, to: &answer)
      answer.append(contentsOf: bytes[tailEnd...])
      answer.append(contentsOf: ",\"user_id\":".utf8)
      answer.append(contentsOf: bytes[sender])
    }
    answer.append(UInt8(ascii: "}"))
  }

  /// A clock that was set back does not make events of the future.
  private func append(age now: Int64, to answer: inout [UInt8]) {
    let (age, isFar) = now.subtractingReportingOverflow(originServerTimestamp)
    answer.append(contentsOf: "\"age\":".utf8)
    answer.append(contentsOf: String(isFar ? 0 : max(0, age)).utf8)
  }

  /// The event by itself, as anybody is told it.
  public func bytes(as form: EventForm, now: Int64) -> [UInt8] { ViewedEvent(self).bytes(as: form, now: now) }
}

extension [UInt8] {
  /// Adds an event's ID as JSON has it. One that is a hash has nothing to escape.
  fileprivate mutating func append(_ event: EventID) {
    guard event.isHash else { return appendJSONString(event.rawValue) }
    append(UInt8(ascii: "\""))
    event.append(to: &self)
    append(UInt8(ascii: "\""))
  }
}
