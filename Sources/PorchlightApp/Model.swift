internal import MatrixWire
internal import PorchlightSDK
internal import Ports
internal import Screen

/// Everything the screen is made from. A value: the reducer changes it, the views read it.
struct Model: Sendable {
  // Settings.
  private let opened: Instant
  private(set) var look: RenderContext
  let utcOffset: @Sendable (WallTime) -> Duration
  let emptyHint: SafeText
  let meetsOthers: Bool
  let keymap = Keymap.standard

  // Parts with reducers of their own.
  var list: RosterList
  var own: OwnModel
  var server: ServerState
  var feed = Feed()
  var notices = Notices()
  var input = KeyInput()
  var undoHistory = UndoHistory()
  var commandHistory = CommandHistory()

  // The screen.
  var size: Size
  var layers = LayerStack()
  var showsDetail = true

  init(
    userID: UserID, size: Size, options: AppOptions, traits: RosterTraits = .lists,
    capabilities: ScreenCapabilities, now: Moment
  ) {
    server = ServerState(traits)
    look = RenderContext(options, capabilities)
    utcOffset = options.utcOffset
    emptyHint = options.emptyHint
    meetsOthers = options.meetsOthers
    list = RosterList(userID: userID)
    own = OwnModel(options, at: now.instant)
    self.size = size
    opened = now.instant
  }

  /// The terminal told its background. An answer that comes late is to a question of another program.
  mutating func follow(background: RGB, at now: Instant) {
    if now - opened <= UITiming.background { look.follow(background: background) }
  }
}

extension Model {
  /// The user of this roster, as the server told last.
  var echo: OwnPresence { list.roster.own }

  /// What oneself is seen as; nil until the server has said anything.
  var ownState: DisplayState? { own.displayState(echo) }

  /// What is to be kept for the next start, if the roster ends now and the last try fails.
  var unsent: UnsentStatus? { own.unsent(echo) }

  /// Whether the own status and name are known, so that changing one loses nothing.
  var isOwnKnown: Bool {
    switch server.connection {
    case .connecting, .over: false
    case .live: true
    case .interrupted: echo.state != .unknown
    }
  }

  /// Whether rows keep their places because the user is moving in the list.
  func isCalm(at now: Instant) -> Bool {
    !layers.isEmpty || input.last.map { now - $0 < UITiming.afterKey } ?? false
  }

  var plan: ScreenPlan { plan(for: size) }

  func plan(for size: Size) -> ScreenPlan {
    ScreenPlan(size: size, showsDetail: showsDetail, alertRows: alert(width: size.columns - 2).count)
  }

  /// Why there is no connection, whole, in lines of that width.
  func alert(width: Int) -> [SafeText] {
    guard case .interrupted(let error, _) = server.connection else { return [] }
    return SafeText(untrusted: error.message).wrapped(to: width)
  }

  /// When something on the screen changes by itself, or is to be done by itself; nil if nothing ever.
  ///
  /// Only what is visible counts, so a quiet screen sleeps as long as its youngest label lasts.
  func nextTick(after now: Moment) -> Instant? {
    var due = nextAge(after: now)
    func consider(_ instant: Instant?) {
      guard let instant else { return }
      due = due.map { min($0, instant) } ?? instant
    }
    consider(list.highlights.values.min())
    consider(notices.nextTick)
    consider(input.delayed?.until)
    consider(own.nextTick(echo, after: now.instant))
    consider(server.nextTick(after: now.instant))
    if !list.isSettled, layers.isEmpty { consider(input.last.map { $0 + UITiming.afterKey }) }
    return due
  }

  /// When one of the ages on the screen becomes another one.
  private func nextAge(after now: Moment) -> Instant? {
    let plan = plan
    guard plan.shape == .full else { return nil }
    return list.lines.window(near: list.scroll, height: plan.list.rows).lazy.compactMap { line in
      guard case .row(let row) = line else { return nil }
      return list.roster.person(row)?.nextActivityChange(after: now, lastHeard: server.lastHeardIfLost)
    }.min()
  }
}
