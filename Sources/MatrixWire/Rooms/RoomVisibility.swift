/// Whether a room stands in the public list (Matrix specification, client-server API, "Listing rooms").
public enum RoomVisibility: String, Codable, Hashable, Sendable {
  case `public`
  case `private`
}
