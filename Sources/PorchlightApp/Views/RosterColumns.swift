/// Which columns a row has, and where: text first goes, then age, then the state's word. A name has room for most
/// names; what is left over is the text's.
struct RosterColumns: Hashable, Sendable {
  let mark: Int
  let glyph: Int
  let name: Range<Int>
  let state: Range<Int>?
  let active: Range<Int>?
  let status: Range<Int>?
  /// Whether the longest word of a state fits.
  var hasLongWords: Bool { (state?.count ?? 0) >= Self.longState }

  private static let longState = 13
  private static let shortState = 7

  init(width: Int, shape: ScreenPlan.Shape) {
    guard shape == .full else {
      mark = 0
      glyph = 1
      name = 3..<max(3, width)
      (state, active, status) = (nil, nil, nil)
      return
    }
    mark = 1
    glyph = 3
    let stateWidth = width >= 80 ? Self.longState : Self.shortState
    let activeWidth = 8
    let hasStatus = width >= 52
    let hasActive = width >= 44
    let hasState = width >= 28
    let others = (hasState ? stateWidth + 1 : 0) + (hasActive ? activeWidth + 1 : 0)
    let nameEnd = hasStatus ? 5 + min(24, max(16, width / 4)) : max(5, width - 1 - others)
    name = 5..<nameEnd
    var next = nameEnd + 1
    state = hasState ? next..<(next + stateWidth) : nil
    if hasState { next += stateWidth + 1 }
    active = hasActive ? next..<(next + activeWidth) : nil
    if hasActive { next += activeWidth + 1 }
    status = hasStatus ? next..<max(next, width - 1) : nil
  }
}
