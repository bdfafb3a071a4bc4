internal import Keyboard
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

  // The world.
  var roster: Roster
  var connection = Connection.connecting
  /// When the server said anything last.
  var lastHeard: Instant?
  /// Whether the server has presence lists; nil until it has said so.
  var hasPresenceLists: Bool?
  var isAskingVersions = false
  var own = OwnStatus()
  /// What the roster before could not send, until the server has told the present state.
  var kept: UnsentStatus?
  /// Changes to the lists that were asked for and not confirmed by the stream.
  var changes: [ListChange: PendingChange] = [:]
  /// Whether the next answer only brings up to date: it is not news.
  var isCatchingUp = true

  // The list.
  var arrangement = RowOrder()
  var folded: Set<RosterGroup> = [.offline]
  var selection: RowID?
  var scroll = 0
  var showsDetail = true
  /// Rows that changed of late, and until when they stand out.
  var highlights: [RowID: Instant] = [:]
  var feed = Feed()

  // The keyboard.
  var size: Size
  var mode = Mode.list
  var notice: Notice?
  /// When the notice goes away by itself; nil while it waits for the stream.
  var noticeUntil: Instant?
  /// Whom the user accepted just now and may ask back with one key.
  var offer: UserID?
  /// Tells presses from the repeats of a key that is held.
  var held = HeldKey()
  /// A key that would answer an invite and may be the first repeat of one that is held.
  var delayedPress: DelayedPress?
  var idle: IdleMonitor
  var lastKey: Instant?
  /// Until when a second Ctrl-C quits.
  var quitArmedUntil: Instant?

  init(userID: UserID, size: Size, options: AppOptions, capabilities: ScreenCapabilities, now: Moment) {
    look = RenderContext(options, capabilities)
    utcOffset = options.utcOffset
    emptyHint = options.emptyHint
    meetsOthers = options.meetsOthers
    roster = Roster(userID: userID)
    kept = options.unsentStatus
    idle = IdleMonitor(limit: options.idleAfter, now: now.instant)
    self.size = size
    opened = now.instant
  }

  /// The terminal told its background. An answer that comes late is to a question of another program.
  mutating func take(background: RGB, at now: Instant) {
    if now - opened <= UITiming.background { look.follow(background: background) }
  }

  /// A key that is acted upon at `until` unless it repeats before, where nothing else came between.
  struct DelayedPress: Hashable, Sendable {
    let key: Key
    let until: Instant
    let mode: Mode
    let selection: RowID?
  }

  /// A change to the lists, until the stream confirms it.
  struct PendingChange: Hashable, Sendable {
    /// Answers of the stream since the server took it; nil while it has not.
    var answers: Int?
  }
}

extension Model {
  /// Whether rows keep their places because the user is moving in the list.
  func isCalm(at now: Instant) -> Bool {
    !mode.isList || lastKey.map { now - $0 < UITiming.afterKey } ?? false
  }

  var lines: RosterLines { RosterLines(arrangement, folded: folded, selection: selection) }

  var plan: ScreenPlan { plan(for: size) }

  func plan(for size: Size) -> ScreenPlan {
    ScreenPlan(size: size, showsDetail: showsDetail, alertRows: alert(width: size.columns - 2).count)
  }

  /// Why there is no connection, whole, in lines of that width.
  func alert(width: Int) -> [SafeText] {
    guard case .interrupted(let error, _) = connection else { return [] }
    return SafeText(untrusted: error.message).wrapped(to: width)
  }

  /// When the server said anything last, where it is not heard any more.
  var lastHeardIfLost: Instant? { connection.isLost ? lastHeard : nil }

  var selectedPerson: Person? { selection.flatMap { roster.person($0) } }

  /// What oneself is seen as: `idle` is timed, `away` chosen. Nil until the server has said anything. Without a
  /// connection it is what others will see again.
  var ownStanding: DisplayState? {
    guard roster.own.state != .unknown || own.wanted != nil else { return nil }
    let choice = own.current(roster.own).presence
    return idle.isIdle && choice.isLoweredByIdle ? .idle : DisplayState(chosen: choice)
  }

  /// The change that a row waits for.
  func change(for row: RowID) -> ListChange? {
    guard let user = row.userID else { return nil }
    let candidates: [ListChange] =
      row.isInvite ? [.accept(user), .deny(user)] : [.drop(user), .invite(user)]
    return candidates.first { changes[$0] != nil }
  }

  /// How many people there are in each state, as of now.
  var counts: [DisplayState: Int] {
    roster.watched.reduce(into: [:]) { $0[DisplayState(seen: $1.state), default: 0] += 1 }
  }
}

extension PresenceState {
  /// Idleness lowers only these two choices; any other already says that the user is not available.
  var isLoweredByIdle: Bool { self == .online || self == .freeForChat }
}
