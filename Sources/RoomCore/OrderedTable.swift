/// Elements in the order of their keys, each key once: as small as an array, found by halving.
///
/// A dictionary of as many takes twice the memory, and a server has thousands of rooms.
struct OrderedTable<Element: Hashable & Sendable, Key: Comparable>: Hashable, Sendable {
  private(set) var elements: [Element] = []
  private let key: @Sendable (Element) -> Key

  init(by key: @escaping @Sendable (Element) -> Key) { self.key = key }

  /// The elements in any order, each key once.
  init(_ elements: [Element], by key: @escaping @Sendable (Element) -> Key) {
    self.key = key
    self.elements = elements.sorted { key($0) < key($1) }
  }

  static func == (left: Self, right: Self) -> Bool { left.elements == right.elements }

  func hash(into hasher: inout Hasher) { hasher.combine(elements) }

  /// The element of a key. Setting one needs that it has that key; setting nil removes it.
  subscript(wanted: Key) -> Element? {
    get {
      let place = place(of: wanted)
      return isAt(place, wanted) ? elements[place] : nil
    }
    set {
      let place = place(of: wanted)
      switch (newValue, isAt(place, wanted)) {
      case (let element?, true): elements[place] = element
      case (let element?, false): elements.insert(element, at: place)
      case (nil, true): elements.remove(at: place)
      case (nil, false): break
      }
    }
  }

  private func isAt(_ place: Int, _ wanted: Key) -> Bool {
    place < elements.count && !(wanted < key(elements[place]))
  }

  private func place(of wanted: Key) -> Int {
    var (low, high) = (0, elements.count)
    while low < high {
      let middle = (low + high) / 2
      if key(elements[middle]) < wanted { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
