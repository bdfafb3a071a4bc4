/// The content of the account data `m.fully_read`: where the user's read marker is (Matrix specification, client-server API,
/// "Read markers").
public struct FullyReadContent: Hashable, Sendable, Codable {
  public var eventID: EventID

  public init(eventID: EventID) { self.eventID = eventID }

  enum CodingKeys: String, CodingKey {
    case eventID = "event_id"
  }
}
