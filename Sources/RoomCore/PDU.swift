public import MatrixWire
public import Ports

/// An event of a room of version 11, without what only servers need of it (`EventLinks`).
public struct PDU: Hashable, Sendable {
  public let id: EventID
  public let room: RoomID
  public let type: String
  /// Nil for what is no state.
  public let stateKey: String?
  public let sender: UserID
  /// The content in canonical JSON: an object.
  public var content: [UInt8]
  public let timestamp: WallTime
  /// How many events come before it, and it.
  public let depth: Int64
  /// Its place in the stream of this server; no part of what is hashed.
  public let position: UInt64
  /// The event that took its content away.
  public var redactedBy: EventID?

  /// The most bytes an event may have in canonical JSON before it is signed.
  public static let largestUnsigned = CanonicalJSON.Object.largestEvent - longestSignature
  /// `"signatures":{"SERVER":{"KEY":"SIGNATURE"}},` with 230, 255 and 86 bytes.
  private static let longestSignature = 597
  /// The most bytes of a type and of a state key.
  public static let longestKey = 255

  /// Everything that stands in an event before it is hashed.
  struct Parts {
    var room: RoomID
    var draft: EventDraft
    var timestamp: WallTime
    var depth: Int64
    var previous: [EventID]
    var authorizing: [EventID]
    var position: UInt64

    /// As servers send it to each other, with no hash and no signature.
    func form(content: CanonicalJSON.Object) -> CanonicalJSON.Object {
      var form: CanonicalJSON.Object = [
        "auth_events": .array(authorizing.map { .string($0.rawValue) }), "content": .object(content),
        "depth": .integer(depth), "origin_server_ts": .integer(timestamp.milliseconds),
        "prev_events": .array(previous.map { .string($0.rawValue) }), "room_id": .string(room.rawValue),
        "sender": .string(draft.sender.rawValue), "type": .string(draft.type),
      ]
      form["state_key"] = draft.stateKey.map { .string($0) }
      return form
    }
  }

  /// Makes a new event.
  ///
  /// - Parameters:
  ///   - parts: what stands in it.
  ///   - hasher: gives its ID.
  /// - Returns: the event, and what servers need beside it.
  /// - Throws: `M_TOO_LARGE` where it has more bytes than an event may have; `M_BAD_JSON` where its content has no
  ///   canonical form.
  static func make(
    _ parts: Parts, _ hasher: any ContentHasher
  ) throws(MatrixError) -> (event: PDU, links: EventLinks) {
    let draft = parts.draft
    try Self.check(draft)
    var form = parts.form(content: draft.content)
    let contentHash = UnpaddedBase64.encode(hasher.sha256(of: CanonicalJSON.object(form).bytes))
    form["hashes"] = ["sha256": .string(contentHash)]
    let size = CanonicalJSON.object(form).bytes.count
    guard size <= Self.largestUnsigned else {
      throw MatrixError(.tooLarge, "The event has \(size) bytes; \(Self.largestUnsigned) are the most.")
    }
    let hash = hasher.sha256(of: CanonicalJSON.object(Redaction.event(form)).bytes)
    guard let id = EventID(hash: hash) else {
      throw MatrixError(.unknown, "The event could not be hashed. Try again, and tell the server's operator.")
    }
    let event = PDU(
      id: id, room: parts.room, type: draft.type, stateKey: draft.stateKey, sender: draft.sender,
      content: CanonicalJSON.object(draft.content).bytes, timestamp: parts.timestamp, depth: parts.depth,
      position: parts.position)
    return (
      event,
      EventLinks(previous: parts.previous, authorizing: parts.authorizing, contentHash: contentHash)
    )
  }

  private static func check(_ draft: EventDraft) throws(MatrixError) {
    guard !draft.type.isEmpty else { throw MatrixError(.invalidParameter, "An event has a type.") }
    guard draft.type.utf8.count <= longestKey else {
      throw MatrixError(.tooLarge, "An event's type has \(longestKey) bytes at most.")
    }
    guard draft.stateKey.map({ $0.utf8.count <= longestKey }) ?? true else {
      throw MatrixError(.tooLarge, "A state key has \(longestKey) bytes at most.")
    }
    guard CanonicalJSON.object(draft.content).isCanonical else {
      throw MatrixError(.badJSON, "Numbers in an event are integers within ±(2^53-1).")
    }
  }

  /// An event as the store has it.
  public init(
    id: EventID, room: RoomID, type: String, stateKey: String?, sender: UserID, content: [UInt8],
    timestamp: WallTime, depth: Int64, position: UInt64, redactedBy: EventID? = nil
  ) {
    (self.id, self.room, self.type, self.stateKey, self.sender) = (id, room, type, stateKey, sender)
    (self.content, self.timestamp, self.depth, self.position) = (content, timestamp, depth, position)
    self.redactedBy = redactedBy
  }

  /// The content as a value.
  public var fields: CanonicalJSON.Object { CanonicalJSON.fields(of: content) }

  /// What it makes its user in the room; nil for what is no membership, or none that there is.
  public var membership: Membership? {
    guard type == RoomEventType.member, stateKey != nil else { return nil }
    return fields["membership"]?.text.flatMap { Membership(rawValue: $0) }
  }

  /// The event that it takes the content of, where it is a redaction.
  public var redacts: EventID? {
    type == RoomEventType.redaction ? fields["redacts"]?.text.flatMap { EventID($0) } : nil
  }

  /// Whether it counts as unread.
  public var isMessage: Bool { redactedBy == nil && RoomEventType.messages.contains(type) }

  /// What is left of it once another event redacts it; what is redacted already stays as it is.
  public func redacted(by event: EventID) -> PDU {
    guard redactedBy == nil else { return self }
    var redacted = self
    redacted.content = CanonicalJSON.object(Redaction.content(fields, ofType: type)).bytes
    redacted.redactedBy = event
    return redacted
  }
}

extension CanonicalJSON {
  /// The members of stored content; none where it is no object.
  static func fields(of content: [UInt8]) -> Object {
    (try? CanonicalJSON(parsing: content))?.object ?? [:]
  }
}
