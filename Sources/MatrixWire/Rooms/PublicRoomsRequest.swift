/// What a client wants of the public list: the query of `GET /publicRooms`, the body of its `POST` (Matrix specification,
/// client-server API, "Listing rooms").
public struct PublicRoomsRequest: Hashable, Sendable {
  /// How many rooms to be told, `mostRooms` at most; nil is as many.
  public var limit: Int?
  /// Where an answer before said that it goes on.
  public var since: SyncToken?
  /// A text that name, topic or alias of a room has to have.
  public var searchTerm: String?
  /// The kinds of rooms to be told, nil among them for rooms without one; nil is all.
  public var roomTypes: [String?]?
  /// Another network than Matrix itself. There is none here.
  public var network: String?

  public init(
    limit: Int? = nil, since: SyncToken? = nil, searchTerm: String? = nil, roomTypes: [String?]? = nil,
    network: String? = nil
  ) {
    self.limit = limit
    self.since = since
    self.searchTerm = searchTerm
    self.roomTypes = roomTypes
    self.network = network
  }

  /// The most rooms in one answer.
  public static let mostRooms = 500

  /// - Throws: `M_INVALID_PARAM` for a limit that is none.
  public init(query request: WireRequest) throws(MatrixError) {
    self.init(limit: try request.limit(most: Self.mostRooms), since: try request.token("since"))
  }
}

extension PublicRoomsRequest: Codable {
  enum CodingKeys: String, CodingKey {
    case limit, since, filter
    case network = "third_party_instance_id"
  }

  private enum FilterKeys: String, CodingKey {
    case searchTerm = "generic_search_term"
    case roomTypes = "room_types"
  }

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      limit: try fields.decodeIfPresent(Int.self, forKey: .limit),
      since: try fields.decodeIfPresent(SyncToken.self, forKey: .since),
      network: try fields.decodeIfPresent(String.self, forKey: .network))
    if let limit {
      guard limit >= 0 else {
        throw DecodingError.dataCorruptedError(
          forKey: .limit, in: fields, debugDescription: "a limit is 0 or more")
      }
      self.limit = min(limit, Self.mostRooms)
    }
    guard fields.contains(.filter), try !fields.decodeNil(forKey: .filter) else { return }
    let filter = try fields.nestedContainer(keyedBy: FilterKeys.self, forKey: .filter)
    searchTerm = try filter.decodeIfPresent(String.self, forKey: .searchTerm)
    roomTypes = try filter.decodeIfPresent([String?].self, forKey: .roomTypes)
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: CodingKeys.self)
    try fields.encodeIfPresent(limit, forKey: .limit)
    try fields.encodeIfPresent(since, forKey: .since)
    try fields.encodeIfPresent(network, forKey: .network)
    guard searchTerm != nil || roomTypes != nil else { return }
    var filter = fields.nestedContainer(keyedBy: FilterKeys.self, forKey: .filter)
    try filter.encodeIfPresent(searchTerm, forKey: .searchTerm)
    try filter.encodeIfPresent(roomTypes, forKey: .roomTypes)
  }
}
