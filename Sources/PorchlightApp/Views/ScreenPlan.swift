internal import Screen

/// The place of everything on a screen of a given size. The reducer scrolls by it, the views draw by it.
struct ScreenPlan: Hashable, Sendable {
  enum Shape: Hashable, Sendable {
    /// Under 12x3: one line of two numbers.
    case line
    /// Under 40x8: counts, and names with their marks.
    case compact
    case full
  }

  let shape: Shape
  private(set) var title = Rect(.zero)
  private(set) var counts = Rect(.zero)
  /// Why there is no connection, where there is none.
  private(set) var alert = Rect(.zero)
  private(set) var columnTitles = Rect(.zero)
  private(set) var list = Rect(.zero)
  /// To the right of the list, with the line between them, from 100 columns on.
  private(set) var sidePane = Rect(.zero)
  /// Under the list otherwise.
  private(set) var bottomPane = Rect(.zero)
  private(set) var rules: [Rect] = []
  private(set) var feed = Rect(.zero)
  /// Own status keys, where there is room for a second line of keys.
  private(set) var statusKeys = Rect(.zero)
  private(set) var keys = Rect(.zero)

  /// `alertRows` is how many lines it takes to say why there is no connection; 0 where there is one.
  init(size: Size, showsDetail: Bool, alertRows: Int = 0) {
    var layout = Layout(Rect(size))
    if size.columns < 12 || size.rows < 3 {
      shape = .line
      counts = layout.takeTop(1)
    } else if size.columns < 40 || size.rows < 8 {
      shape = .compact
      // What is asked and written takes the line of the counts, which is then the only other line.
      counts = layout.takeTop(1)
      keys = counts
      alert = layout.takeTop(min(alertRows, max(0, size.rows - 4)))
      list = layout.rest
    } else {
      shape = .full
      title = layout.takeTop(1)
      counts = layout.takeTop(1)
      alert = layout.takeTop(min(alertRows, max(1, size.rows / 3)))
      keys = layout.takeBottom(1)
      placeRest(size, &layout, showsDetail: showsDetail)
    }
  }

  private mutating func placeRest(_ size: Size, _ layout: inout Layout, showsDetail: Bool) {
    let isWide = size.columns >= 100 && size.rows >= 16
    if isWide, size.rows >= 30 { statusKeys = layout.takeBottom(1) }
    // The side pane has room for the whole feed.
    if !(isWide && showsDetail) { feed = layout.takeBottom(1) }
    if isWide {
      rules = [layout.takeTop(1), layout.takeBottom(1)]
      if showsDetail { sidePane = layout.takeRight(min(46, max(32, size.columns * 3 / 10))) }
    } else if size.rows >= 20 {
      if showsDetail { bottomPane = layout.takeBottom(2) }
      rules = [layout.takeBottom(1)]
    }
    if size.rows >= 10 { columnTitles = layout.takeTop(1) }
    list = layout.rest
  }
}
