internal import MatrixWire
internal import PorchlightSDK
internal import Ports
internal import Screen

/// The order of the rows on screen, which may lag behind the roster so that nothing moves under a hand.
///
/// A change costs as much as the rows it touches, however many there are.
struct RowOrder: Hashable, Sendable {
  /// Where a row belongs: group, then state, then name by code point, then user ID, then the account it is in.
  struct Key: Hashable, Comparable, Sendable {
    let group: RosterGroup
    let displayState: DisplayState
    /// When what they did was seen, counted back from the end of time, so that the latest comes first; the last where
    /// nothing was.
    let recency: Int64
    /// The bytes of the name in lower case, whose order is that of the code points.
    let name: [UInt8]
    let userID: UserID
    let account: AccountID

    init(_ person: Person) {
      group = person.group
      displayState = person.displayState
      recency = person.trace.map { $0.isNow ? .min : -$0.at.wall.milliseconds } ?? .max
      // By what is shown: an invisible letter in front brings no one to the top.
      name = Array(person.safeName.string.lowercased().utf8)
      userID = person.userID
      account = person.account
    }

    static func < (left: Key, right: Key) -> Bool {
      if left.group != right.group { return left.group < right.group }
      if left.displayState != right.displayState { return left.displayState < right.displayState }
      if left.recency != right.recency { return left.recency < right.recency }
      if left.name != right.name { return left.name.lexicographicallyPrecedes(right.name) }
      if left.userID != right.userID { return left.userID < right.userID }
      return left.account.userID < right.account.userID
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

  /// How many people on the list are in each state.
  private(set) var listed: [DisplayState: Int] = [:]

  /// The groups of which only the headings are shown.
  private(set) var folded: Set<RosterGroup>

  /// The rows that would be elsewhere on the screen if they were sorted now, by the present states; nil for a row that only
  /// its name moves.
  private(set) var waiting: [DisplayState?] = []

  /// The present key of each row.
  private var keys: [RowID: Key] = [:]
  /// The keys that rows were placed by, where those are not their keys any more.
  private var oldKeys: [RowID: Key] = [:]

  /// How many rows would be elsewhere.
  var moved: Int { waiting.count }

  /// Whether each row stands where it belongs. Between two folded groups a row moves unseen, but their headings say how
  /// many people they have.
  var isSettled: Bool { oldKeys.isEmpty }

  /// More rows than that are sorted anew all together.
  private static let few = 64

  init(folded: Set<RosterGroup> = []) { self.folded = folded }

  /// Follows the roster. While it is calm, rows keep their places, except inside of a folded group; people who are new
  /// appear, and people who are gone disappear, all the same.
  ///
  /// - Parameters:
  ///   - roster: as it is now.
  ///   - news: all that changed of it.
  ///   - isCalm: whether rows keep their places.
  mutating func follow(_ roster: Roster, _ news: [RosterChange], isCalm: Bool) {
    guard !news.isEmpty else { return }
    let rows = Set(news.compactMap { $0.row(of: roster.account) })
    if rows.count <= Self.few {
      for row in rows { set(roster.person(row).map(Key.init), of: row) }
    } else {
      setAll(roster)
    }
    if isCalm { updateWaiting() } else { settle() }
  }

  /// Folds a group, or opens it.
  mutating func fold(_ group: RosterGroup, _ isFolded: Bool) {
    guard folded.contains(group) != isFolded else { return }
    if isFolded { folded.insert(group) } else { folded.remove(group) }
    updateWaiting()
  }

  /// Moves the rows that wait to be moved.
  mutating func settle() {
    move(Set(oldKeys.keys))
    waiting = []
  }

  private mutating func move(_ rows: Set<RowID>) {
    if rows.count > Self.few {
      places = places.map { place in
        rows.contains(place.row) ? Place(row: place.row, key: keys[place.row] ?? place.key) : place
      }
      places.sort { $0.key < $1.key }
      oldKeys = oldKeys.filter { !rows.contains($0.key) }
    } else {
      for row in rows {
        if let old = oldKeys.removeValue(forKey: row) { remove(old) }
        if let key = keys[row] { insert(Place(row: row, key: key)) }
      }
    }
  }

  /// What waits to move, in words: `2 now offline`; empty where nothing does.
  var waitingText: SafeText {
    guard let first = waiting.first else { return .empty }
    guard let first, waiting.allSatisfy({ $0 == first }) else { return "\(moved) changed" }
    return "\(moved) now " + SafeText(untrusted: first.word)
  }

  /// Where the rows under a heading stand.
  func range(of group: RosterGroup) -> Range<Int> {
    let start = places.boundary { $0.key.group >= group }
    return start..<places.boundary { $0.key.group > group }
  }

  /// The rows under a heading.
  func rows(in group: RosterGroup) -> some RandomAccessCollection<RowID> {
    places[range(of: group)].lazy.map(\.row)
  }

  /// Where a row stands; nil for one that is not there.
  func place(of row: RowID) -> Int? {
    guard let key = oldKeys[row] ?? keys[row] else { return nil }
    let place = places.boundary { $0.key >= key }
    return place < places.count && places[place].row == row ? place : nil
  }

  /// The heading that a row stands under, or that it is.
  func group(of row: RowID) -> RosterGroup? {
    if case .heading(let group) = row { group } else { place(of: row).map { places[$0].group } }
  }

  // MARK: Parts

  /// Notes the present key of a row; one that is new or gone is placed or taken away.
  private mutating func set(_ key: Key?, of row: RowID) {
    let before = keys.updateValue(key, of: row)
    guard before != key else { return }
    if let before { count(-1, of: before) }
    if let key { count(1, of: key) }
    guard let before else {
      if let key { insert(Place(row: row, key: key)) }
      return
    }
    let placed = oldKeys[row] ?? before
    guard let key else {
      remove(placed)
      oldKeys[row] = nil
      return
    }
    oldKeys[row] = placed == key ? nil : placed
  }

  private mutating func setAll(_ roster: Roster) {
    let people = roster.people
    let current = Dictionary(people.map { ($0.row, Key($0)) }, uniquingKeysWith: { first, _ in first })
    (population, listed) = ([:], [:])
    for key in current.values { count(1, of: key) }
    var placed: [Place] = []
    var left = current
    oldKeys = [:]
    for place in places {
      guard let key = left.removeValue(forKey: place.row) else { continue }
      placed.append(place)
      if key != place.key { oldKeys[place.row] = place.key }
    }
    placed += left.map { Place(row: $0.key, key: $0.value) }
    places = placed.sorted { $0.key < $1.key }
    keys = current
  }

  private mutating func count(_ difference: Int, of key: Key) {
    population.add(difference, to: key.group)
    if key.group != .around, key.group != .invites { listed.add(difference, to: key.displayState) }
  }

  private mutating func insert(_ place: Place) {
    places.insert(place, at: places.boundary { $0.key >= place.key })
  }

  private mutating func remove(_ key: Key) {
    let index = places.boundary { $0.key >= key }
    if index < places.count, places[index].key == key { places.remove(at: index) }
  }

  /// Which rows wait. A row whose key is another one but which stands where it belongs does not, as long as all do. Nor
  /// does a row that nobody sees move: from one folded group to another one, or inside of one, where it is moved at once.
  private mutating func updateWaiting() {
    waiting = []
    guard !oldKeys.isEmpty else { return }
    let hidden = oldKeys.filter { row, old in
      folded.contains(old.group) && keys[row].map { folded.contains($0.group) } ?? false
    }
    move(Set(hidden.filter { row, old in old.group == keys[row]?.group }.keys))
    let shown = oldKeys.filter { hidden[$0.key] == nil }.values
    let indices = shown.map { key in places.boundary { $0.key >= key } }.sorted()
    let stale = indices.filter { $0 < places.count }
    guard !stale.allSatisfy(isInPlace) else { return }
    for index in stale {
      let place = places[index]
      guard let key = keys[place.row] else { continue }
      waiting.append(key.displayState == place.key.displayState ? nil : key.displayState)
    }
  }

  /// Whether a row is in its group, and between its neighbours, by the present keys of all.
  private func isInPlace(_ index: Int) -> Bool {
    let key = key(at: index)
    return key.group == places[index].key.group && (index == 0 || self.key(at: index - 1) < key)
      && (index + 1 == places.count || key < self.key(at: index + 1))
  }

  private func key(at index: Int) -> Key { keys[places[index].row] ?? places[index].key }
}

extension RowOrder.Place {
  var group: RosterGroup { key.group }
}

extension Array {
  /// The first index from which on all elements are as wanted, in an array where those come last.
  fileprivate func boundary(where isWanted: (Element) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if isWanted(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

extension Dictionary where Value == Int {
  /// What is counted down to nothing is not there.
  fileprivate mutating func add(_ difference: Int, to key: Key) {
    let count = self[key, default: 0] + difference
    self[key] = count == 0 ? nil : count
  }
}

extension Dictionary {
  /// Sets a value, or with nil takes it away.
  ///
  /// - Returns: the one before.
  fileprivate mutating func updateValue(_ value: Value?, of key: Key) -> Value? {
    if let value { updateValue(value, forKey: key) } else { removeValue(forKey: key) }
  }
}

extension RosterChange {
  /// The row it is about; nil where it is about none.
  fileprivate func row(of account: AccountID) -> RowID? {
    switch self {
    case .added(let contact), .changed(_, let contact), .removed(let contact, _), .left(let contact):
      .contact(contact.userID, of: account)
    case .invited(let invite), .inviteGone(let invite, _): .invite(invite.observer, of: account)
    case .own: nil
    }
  }
}
