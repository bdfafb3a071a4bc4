internal import Keyboard
internal import Ports
internal import Screen

/// What the keyboard did last: whether a key is held, whether a press is still in doubt, and when it was.
struct KeyInput: Sendable {
  /// A key that is acted upon at `until` unless it repeats before, where nothing else came between.
  struct DelayedPress: Hashable, Sendable {
    let key: Key
    let until: Instant
    let layers: LayerStack
    /// The row whose invite it answers, which has to be selected still; nil where it answers none.
    let answered: RowID?
  }

  /// Tells presses from the repeats of a key that is held.
  private var held = HeldKey()
  /// A key that acts once a press and may be the first repeat of one that is held.
  private(set) var delayed: DelayedPress?
  /// When a key was pressed last, or something was pasted.
  private(set) var last: Instant?

  /// Takes note of a key.
  mutating func press(_ key: Key, at now: Instant) -> HeldKey.Verdict {
    last = now
    return held.press(key, at: now)
  }

  mutating func pasted(at now: Instant) { last = now }

  mutating func delay(_ press: DelayedPress) { delayed = press }

  /// Ends the doubt about a press, if there is one.
  mutating func takeDelayed() -> DelayedPress? {
    defer { delayed = nil }
    return delayed
  }
}
