/// Which events of one section of rooms pass (Matrix specification, client-server API, "RoomEventFilter").
///
/// A room and its events are asked for one by one: `allows(room:)` once for a room, the other for each event.
public struct RoomEventFilter: Hashable, Sendable {
  /// Types, senders and limit, as every section has them.
  public let events: EventFilter
  /// The rooms whose events are told; nil is all.
  public let rooms: Set<RoomID>?
  public let notRooms: Set<RoomID>
  /// Whether only events with a `url` in their content pass, or only those without; nil is both.
  public let containsURL: Bool?
  /// Whether, of the members, only those are told whom the timeline needs.
  public let lazyLoadsMembers: Bool
  /// Whether members are told again who were told before; without effect unless `lazyLoadsMembers`.
  public let includesRedundantMembers: Bool
  /// Whether unread counts are told for each thread by itself.
  public let countsUnreadThreads: Bool

  public init(
    _ events: EventFilter = .everything, rooms: [RoomID]? = nil, notRooms: [RoomID] = [],
    containsURL: Bool? = nil, lazyLoadsMembers: Bool = false, includesRedundantMembers: Bool = false,
    countsUnreadThreads: Bool = false
  ) {
    self.events = events
    self.rooms = rooms.map(Set.init)
    self.notRooms = Set(notRooms)
    self.containsURL = containsURL
    self.lazyLoadsMembers = lazyLoadsMembers
    self.includesRedundantMembers = includesRedundantMembers
    self.countsUnreadThreads = countsUnreadThreads
  }

  /// Lets everything pass.
  public static let everything = RoomEventFilter()

  /// The most events to be told of one room; nil is as many as the server tells by itself.
  public var limit: Int? { events.limit }

  /// Whether nothing passes, of no room; the work for the section can be saved then.
  public var blocksEverything: Bool { events.blocksEverything || rooms?.isEmpty == true }

  /// Whether events of that room can pass.
  public func allows(room: RoomID) -> Bool {
    rooms?.contains(room) ?? true && !notRooms.contains(room)
  }

  /// Whether an event passes, of a room that does.
  ///
  /// - Parameters:
  ///   - type: the bytes of its type.
  ///   - sender: who sent it.
  ///   - hasURL: whether its content has the key `url`; only asked where the filter does.
  /// - Returns: whether it passes.
  public func allows(type: [UInt8], from sender: UserID, hasURL: @autoclosure () -> Bool) -> Bool {
    guard events.allows(sender: sender), events.allows(type: type) else { return false }
    return containsURL.map { $0 == hasURL() } ?? true
  }
}

extension RoomEventFilter: Encodable {
  public func encode(to encoder: any Encoder) throws {
    try events.encode(to: encoder)
    var fields = encoder.container(keyedBy: WireKey.self)
    try RoomFilter.encode(rooms, notRooms, into: &fields)
    try fields.encodeIfPresent(containsURL, forKey: "contains_url")
    if lazyLoadsMembers { try fields.encode(true, forKey: "lazy_load_members") }
    if includesRedundantMembers { try fields.encode(true, forKey: "include_redundant_members") }
    if countsUnreadThreads { try fields.encode(true, forKey: "unread_thread_notifications") }
  }
}

extension RoomEventFilter {
  /// Reads the `filter` of `GET .../messages` and `GET .../context`, within the bounds of every filter.
  ///
  /// - Throws: as `SyncFilter(parsing:)`.
  public init(parsing bytes: [UInt8]) throws(MatrixError) {
    let json = try SyncFilter.json(bytes)
    var reader = FilterReader()
    self = try reader.roomEventFilter(json, at: "filter")
  }
}
