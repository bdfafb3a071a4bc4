public import MatrixWire
public import Ports
public import Screen

/// Everything about the roster that a person may set, and what the outside world knows and this target does
/// not ask: the zone of the clock, and a seed.
public struct AppOptions: Sendable {
  /// How long without a key until the user counts as idle; any positive span, or nil for never.
  public var idleAfter: Duration? = .seconds(300)
  public var theme: Theme
  /// What to draw with instead, where the terminal says what its background is; nil where the user chose `theme`.
  public var themesByBackground: BackgroundThemes?
  /// A screen without Unicode gets ASCII whatever is said here.
  public var glyphs: Glyphs = .unicode
  /// How far local time is ahead of UTC at an instant, for the times in the feed.
  public var utcOffset: @Sendable (WallTime) -> Duration = { _ in .zero }
  /// For the jitter of reconnects.
  public var seed: UInt64
  public var deviceType: DeviceType? = .terminal
  /// How long the server may hold a poll with nothing to say; nil for what suits the server.
  public var syncWait: Duration?

  /// The text below the hint to invite a user, while the list is empty.
  public var emptyHint: SafeText = ""
  /// Whether the server can ask for people on other servers.
  public var meetsOthers = true
  /// What the roster before could not send; sent once the server has said that nothing else was chosen since.
  public var unsentStatus: UnsentStatus?
  /// Called once before the roster ends, with what could not be sent until then; nil where there is nothing.
  public var keepUnsentStatus: @Sendable (UnsentStatus?) async -> Void = { _ in }
  /// Called once where others see the user a little longer, because the server takes no status so soon after the last.
  public var didLeaveTooSoon: @Sendable () -> Void = {}
  /// Called before the roster is suspended; while it is, nothing of this process goes on.
  public var willSuspend: @Sendable () async -> Void = {}
  /// Called when it goes on.
  public var didResume: @Sendable () async -> Void = {}

  public init(theme: Theme, seed: UInt64) {
    self.theme = theme
    self.seed = seed
  }
}
