internal import MatrixWire
internal import PresenceCore

/// The entries of a list in the order in which people came onto it.
///
/// Only numbers are sorted and only numbers are copied: of thousands of entries a part is looked at in each turn.
struct OrderedEntries: RandomAccessCollection {
  typealias Element = (key: UserID, value: PresenceLists.Entry)

  private let entries: [UserID: PresenceLists.Entry]
  private let order: [(order: UInt64, place: Dictionary<UserID, PresenceLists.Entry>.Index)]

  init(_ entries: [UserID: PresenceLists.Entry]) {
    self.entries = entries
    order = entries.indices.map { (entries.values[$0].order, $0) }.sorted { $0.order < $1.order }
  }

  var startIndex: Int { 0 }
  var endIndex: Int { order.count }

  subscript(index: Int) -> Element { entries[order[index].place] }
}
