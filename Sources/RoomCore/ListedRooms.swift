public import MatrixWire

/// The rooms that the directory lists, those with most members first: kept in that order as they change, so that a page of
/// them costs no more than its rooms.
public struct ListedRooms: Hashable, Sendable {
  private struct Place: Hashable, Comparable {
    let room: RoomID
    let joinedCount: Int

    static func < (left: Place, right: Place) -> Bool {
      (right.joinedCount, left.room) < (left.joinedCount, right.room)
    }
  }

  private var places = OrderedTable<Place, Place>(by: \.self)
  /// By which number of members each is found.
  private var counts: [RoomID: Int] = [:]

  init() {}

  init(_ rooms: some Sequence<Room>) {
    let found = rooms.filter(\.isListed).map { Place(room: $0.id, joinedCount: $0.joinedCount) }
    places = OrderedTable(found, by: \.self)
    counts = Dictionary(found.map { ($0.room, $0.joinedCount) }) { $1 }
  }

  /// All of them in order; of as many with as many members the order is that of their IDs.
  public var rooms: some RandomAccessCollection<RoomID> { places.elements.lazy.map(\.room) }

  /// Takes a room as it is now.
  mutating func set(_ room: Room) {
    let count = room.isListed ? room.joinedCount : nil
    guard counts[room.id] != count else { return }
    if let before = counts[room.id] { places[Place(room: room.id, joinedCount: before)] = nil }
    counts[room.id] = count
    guard let count else { return }
    let place = Place(room: room.id, joinedCount: count)
    places[place] = place
  }
}
