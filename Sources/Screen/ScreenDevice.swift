/// What a screen can show.
public struct ScreenCapabilities: Hashable, Sendable {
  /// 0, 8, 16, 256 or 16,777,216.
  public let colors: Int
  /// Whether characters beyond ASCII can be shown.
  public let unicode: Bool

  public init(colors: Int, unicode: Bool) {
    self.colors = colors
    self.unicode = unicode
  }
}

/// A place where grids are shown and keys come from.
public protocol ScreenDevice: Sendable {
  /// Keys, resizes and the rest, in order. To be read by one reader only.
  var events: AsyncStream<InputEvent> { get }

  var capabilities: ScreenCapabilities { get }

  func size() async -> Size

  /// Shows the changes and puts the cursor where it belongs, shown or hidden (nil hides it anywhere). Cells
  /// outside the screen are left out, since a resize may have overtaken the picture.
  func present(_ patches: [Patch], cursor: Cursor?) async

  /// Paints everything that was presented once more, for a terminal that another program wrote to.
  func redraw() async

  /// Gives the terminal back and stops the process as Ctrl-Z does. When it goes on, the terminal is taken
  /// again and `.resumed` is sent.
  func suspend() async
}
