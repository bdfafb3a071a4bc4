/// A step within a list, a menu or a text.
enum Motion: String, CaseIterable, Hashable, Sendable {
  case next, previous, first, last
  case pageDown = "page-down"
  case pageUp = "page-up"
  case halfPageDown = "half-page-down"
  case halfPageUp = "half-page-up"
  case nextGroup = "next-group"
  case previousGroup = "previous-group"

  /// How many lines it goes, where `page` are shown of `count`; nil where it is no number of lines.
  ///
  /// A page leaves `overlap` lines to go on reading from.
  func lines(page: Int, of count: Int, overlap: Int = 0) -> Int? {
    switch self {
    case .next: 1
    case .previous: -1
    case .first: -count
    case .last: count
    case .pageDown: max(1, page - overlap)
    case .pageUp: -max(1, page - overlap)
    case .halfPageDown: max(1, page / 2)
    case .halfPageUp: -max(1, page / 2)
    case .nextGroup, .previousGroup: nil
    }
  }
}
