/// The body of `POST /rooms/{roomId}/read_markers` (Matrix specification, client-server API, "Read markers"). Every
/// field may be left out.
public struct ReadMarkersRequest: Hashable, Sendable, Codable {
  public var fullyRead: EventID?
  public var read: EventID?
  public var privateRead: EventID?

  public init(fullyRead: EventID? = nil, read: EventID? = nil, privateRead: EventID? = nil) {
    self.fullyRead = fullyRead
    self.read = read
    self.privateRead = privateRead
  }

  enum CodingKeys: String, CodingKey {
    case fullyRead = "m.fully_read"
    case read = "m.read"
    case privateRead = "m.read.private"
  }
}
