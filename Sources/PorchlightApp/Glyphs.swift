internal import Screen

/// The marks of the roster. None is of ambiguous width, so columns hold in every locale.
public struct Glyphs: Hashable, Sendable {
  /// U+25C9 and friends, all of neutral width.
  public static let unicode = Glyphs(
    states: [
      .invite: "!", .freeForChat: "\u{2726}", .online: "\u{25C9}", .busy: "\u{2298}", .idle: "\u{25D4}",
      .offline: "\u{25CC}", .unknown: "?", .away: "\u{25D4}", .invisible: "\u{25CC}",
    ],
    trace: "\u{25CB}", folded: "\u{25B8}", open: "\u{25BE}", horizontal: "\u{254C}", vertical: "\u{254E}",
    ellipsis: "\u{22EF}")

  /// For terminals and eyes that want ASCII.
  public static let ascii = Glyphs(
    states: [
      .invite: "!", .freeForChat: "*", .online: "+", .busy: "-", .idle: "~", .offline: ".", .unknown: "?",
      .away: "~", .invisible: ".",
    ],
    trace: "o", folded: "+", open: "v", horizontal: "-", vertical: "|", ellipsis: "~")

  private let states: [DisplayState: SafeText]
  /// Of a user whose state is unknown, and who was seen to do something.
  let trace: SafeText
  let folded: SafeText
  let open: SafeText
  let horizontal: SafeText
  let vertical: SafeText
  /// What ends a text that was cut.
  let ellipsis: SafeText
  let selection: SafeText = ">"

  private init(
    states: [DisplayState: SafeText], trace: SafeText, folded: SafeText, open: SafeText, horizontal: SafeText,
    vertical: SafeText,
    ellipsis: SafeText
  ) {
    self.states = states
    self.trace = trace
    self.folded = folded
    self.open = open
    self.horizontal = horizontal
    self.vertical = vertical
    self.ellipsis = ellipsis
  }

  subscript(displayState: DisplayState) -> SafeText { states[displayState] ?? "?" }
}
