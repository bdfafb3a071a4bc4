/// The answer to what sends an event: messages, state and redactions.
public struct EventIDAnswer: Hashable, Sendable, Codable {
  public var eventID: EventID

  public init(eventID: EventID) { self.eventID = eventID }

  enum CodingKeys: String, CodingKey {
    case eventID = "event_id"
  }
}
