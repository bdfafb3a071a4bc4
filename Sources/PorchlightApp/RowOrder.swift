internal import MatrixWire
internal import PorchlightSDK
internal import Screen

/// The order of the rows on screen, which may lag behind the roster so that nothing moves under a hand.
struct RowOrder: Hashable, Sendable {
  /// Where a row belongs: group, then state, then name by code point, then user ID.
  struct Key: Hashable, Comparable, Sendable {
    let displayState: DisplayState
    /// The bytes of the name in lower case, whose order is that of the code points.
    let name: [UInt8]
    let userID: UserID

    init(_ person: Person) {
      displayState = person.displayState
      // By what is shown: an invisible letter in front brings no one to the top.
      name = Array(person.safeName.string.lowercased().utf8)
      userID = person.userID
    }

    static func < (left: Key, right: Key) -> Bool {
      if left.displayState.group != right.displayState.group {
        return left.displayState.group < right.displayState.group
      }
      if left.displayState != right.displayState { return left.displayState < right.displayState }
      if left.name != right.name { return left.name.lexicographicallyPrecedes(right.name) }
      return left.userID < right.userID
    }
  }

  /// A row and the key it was placed by, which may not be its key any more.
  struct Place: Hashable, Sendable {
    let row: RowID
    let key: Key
  }

  /// Always in the order of their keys.
  private(set) var places: [Place] = []

  /// How many people each group has now, wherever their rows are.
  private(set) var population: [RosterGroup: Int] = [:]

  /// The rows that would be elsewhere if they were sorted now, by the present states; nil for a row that only its name
  /// moves.
  private(set) var waiting: [DisplayState?] = []

  /// How many rows would be elsewhere.
  var moved: Int { waiting.count }

  /// Follows the roster. While it is calm, rows keep their places; people who are new appear, and people who
  /// are gone disappear, all the same.
  mutating func follow(_ roster: Roster, isCalm: Bool) {
    let current = roster.people.map { Place(row: $0.row, key: Key($0)) }
    population = current.reduce(into: [:]) { $0[$1.group, default: 0] += 1 }
    let ordered = current.sorted { $0.key < $1.key }
    guard isCalm else {
      places = ordered
      waiting = []
      return
    }
    let keys = Dictionary(current.map { ($0.row, $0.key) }, uniquingKeysWith: { first, _ in first })
    let known = Set(places.map(\.row))
    let kept = places.filter { keys[$0.row] != nil }
    let new = current.filter { !known.contains($0.row) }
    places = (kept + new).sorted { $0.key < $1.key }
    let isInOrder = places.map(\.row) == ordered.map(\.row) && places.map(\.group) == ordered.map(\.group)
    waiting = []
    guard !isInOrder else { return }
    for place in places {
      guard let key = keys[place.row], key != place.key else { continue }
      waiting.append(key.displayState == place.key.displayState ? nil : key.displayState)
    }
  }

  /// What waits to move, in words: `2 now offline`; empty where nothing does.
  var waitingText: SafeText {
    guard let first = waiting.first else { return .empty }
    guard let first, waiting.allSatisfy({ $0 == first }) else { return "\(moved) changed" }
    return "\(moved) now " + SafeText(untrusted: first.word)
  }

  /// The rows under a heading.
  func rows(in group: RosterGroup) -> [RowID] {
    places.lazy.filter { $0.group == group }.map(\.row)
  }
}

extension RowOrder.Place {
  var group: RosterGroup { key.displayState.group }
}
