internal import MatrixWire
internal import PorchlightSDK
internal import Ports
internal import Screen

/// The one consumer: takes what waits, reduces it, does what follows, and draws.
struct RuntimeLoop {
  private var model: Model
  private var silence: UserSilence
  private let session: Session
  private let device: any ScreenDevice
  private let time: any Timekeeper
  private let mailbox: Mailbox
  private let ticker: Ticker
  private let publisher: PresencePublisher
  private let options: AppOptions
  /// What the device shows; nil when that is not known.
  private var presented: Grid?
  private var armed: Instant?

  init(
    model: Model, session: Session, device: any ScreenDevice, time: any Timekeeper, mailbox: Mailbox,
    ticker: Ticker,
    publisher: PresencePublisher, options: AppOptions
  ) {
    self.model = model
    self.session = session
    silence = UserSilence(now: time.instant)
    self.device = device
    self.time = time
    self.mailbox = mailbox
    self.ticker = ticker
    self.publisher = publisher
    self.options = options
  }

  /// The status that was chosen and not confirmed.
  var unconfirmed: StatusUpdate? { model.own.status.wanted }

  /// What has to be kept where it cannot be sent now.
  var unsent: UnsentStatus? { model.unsent }

  /// Goes on until something quits. `start` begins what waits for the server, and returns at once.
  mutating func run(_ start: (Intent) -> Void) async -> ExitReason {
    var intents = Model.opening
    while true {
      for intent in intents {
        if case .quit(let reason) = intent { return reason }
        await perform(intent, start)
      }
      await draw()
      arm()
      guard let events = await mailbox.take() else { return .cancelled }
      let now = time.now
      intents = []
      for event in events {
        if case .tick = event { armed = nil }
        if case .input(let input) = event, silence.ends(with: input, at: now.instant) { session.reconnect() }
        intents += reduce(&model, Message(event, at: now))
      }
    }
  }

  private mutating func perform(_ intent: Intent, _ start: (Intent) -> Void) async {
    switch intent {
    case .publish(let update): publisher.publish(update)
    case .reportIdle(let since): publisher.reportIdle(since: since)
    case .change, .rename, .askVersions: start(intent)
    case .reconnect: session.reconnect()
    case .suspend:
      await options.willSuspend()
      await device.suspend()
      await options.didResume()
    case .redraw: await device.redraw()
    case .repaint: presented = nil
    case .quit: break
    }
  }

  private mutating func draw() async {
    let next = view(model, model.size, now: time.now)
    let changes = patches(from: presented, to: next)
    let isSame = changes.isEmpty && presented?.cursor == next.cursor
    presented = next
    if !isSame { await device.present(changes, cursor: next.cursor) }
  }

  /// Sleeps until something ages. A tick that is armed for that instant already is left alone.
  private mutating func arm() {
    let due = model.nextTick(after: time.now)
    guard due != armed else { return }
    armed = due
    ticker.set(due)
  }
}
