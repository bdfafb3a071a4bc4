import MatrixWire
import PorchlightConfig
import PorchlightSDK
import Ports
import Screen

@testable import PorchlightApp

/// A model with a clock and a keyboard: what the runtime does, without waiting and without a server.
struct Scene {
  var model: Model
  var now = Moment(instant: Instant(nanoseconds: 900_000_000_000_000), wall: .today(14, 22))
  /// What the last message asked for.
  var intents: [Intent] = []

  init(
    _ people: [StreamEvent] = [.own()], rows: Int = 24, columns: Int = 80, glyphs: Glyphs = .unicode,
    capabilities: ScreenCapabilities = ScreenCapabilities(colors: 256, unicode: true),
    idleAfter: Duration? = .seconds(300), isConnected: Bool = true, meetsOthers: Bool = true,
    traits: RosterTraits = .lists
  ) {
    var options = AppOptions(theme: Theme(.dark), seed: 1)
    options.glyphs = glyphs
    options.idleAfter = idleAfter
    options.meetsOthers = meetsOthers
    model = Model(
      userID: .own, size: Size(rows: rows, columns: columns), options: options, traits: traits,
      capabilities: capabilities, now: now)
    if isConnected { connect(people) }
  }

  /// The first answer of a server of ours.
  mutating func connect(_ people: [StreamEvent], rooms: RoomsUpdate = RoomsUpdate()) {
    receive(people, rooms: rooms, isComplete: true)
    send(
      .versions(VersionsAnswer(versions: ["v1.11"], unstableFeatures: [UnstablePrefix.namespace: true])))
  }

  init(options: AppOptions) {
    model = Model(
      userID: .own, size: Size(rows: 24, columns: 80), options: options,
      capabilities: ScreenCapabilities(colors: 1 << 24, unicode: true), now: now)
    connect([.own()])
  }

  mutating func send(_ event: Message.Event) {
    intents = reduce(&model, Message(event, at: now))
  }

  mutating func receive(_ events: [StreamEvent], rooms: RoomsUpdate = RoomsUpdate(), isComplete: Bool = false)
  {
    send(
      .roster(.update(RosterUpdate(events, isComplete: isComplete, rooms: rooms, hasAllRooms: isComplete))))
  }

  mutating func interrupt(_ why: String = "connection refused", retryIn span: Duration = .seconds(4)) {
    send(.roster(.interrupted(SDKError(.unreachable, why), retryAt: now.instant + span)))
  }

  mutating func press(_ keys: Key...) {
    for key in keys { send(.input(.key(key))) }
  }

  mutating func type(_ text: String) {
    for scalar in text.unicodeScalars { press(.character(scalar)) }
  }

  /// Lets time pass, with the ticks that the model asks for.
  ///
  /// - Returns: what they asked for.
  @discardableResult
  mutating func wait(_ span: Duration) -> [Intent] {
    let end = now.instant + span
    var asked: [Intent] = []
    while let due = model.nextTick(after: now), due <= end {
      advance(to: max(due, now.instant))
      send(.tick)
      asked += intents
    }
    advance(to: end)
    return asked
  }

  mutating func advance(to instant: Instant) {
    let passed = instant - now.instant
    now.wall = WallTime(milliseconds: now.wall.milliseconds + passed.components.seconds * 1_000)
    now.instant = instant
  }

  var grid: Grid { view(model, model.size, now: now) }

  /// The picture's line that holds this text.
  func line(with text: String) -> String? {
    grid.text.split(separator: "\n").map(String.init).first { $0.contains(text) }
  }

  /// The localparts of the rows on screen, and the headings as they stand.
  var order: [String] {
    model.list.lines.all.map { line in
      switch line {
      case .heading(let group, let count, let isFolded): "\(isFolded ? "+" : "-")\(group.title) \(count)"
      case .row(let row): row.userID.map { String($0.localpart) } ?? ""
      }
    }
  }

  var selected: String? {
    switch model.list.selection {
    case .heading(let group): "+\(group.title)"
    case .invite(let user, _), .contact(let user, _): String(user.localpart)
    case nil: nil
    }
  }

  var feed: [String] { model.feed.entries.map(\.event.text) }
}

extension [Intent] {
  /// The changes to the lists among them.
  var changes: [ContactChange] {
    compactMap { if case .change(let change) = $0 { change } else { nil } }
  }
}

extension WallTime {
  /// That time of a day in UTC.
  static func today(_ hour: Int64, _ minute: Int64) -> WallTime {
    WallTime(milliseconds: (20_000 * 1_440 + hour * 60 + minute) * 60_000)
  }
}

extension AccountID {
  static let own = AccountID(.own)
}

extension UserID {
  static let own = user("mara")

  /// A user by localpart, or by the whole ID.
  static func user(_ name: String) -> UserID {
    guard let user = UserID(name.hasPrefix("@") ? name : "@\(name):harbor.example") else {
      preconditionFailure("a test names \(name)")
    }
    return user
  }
}

extension StreamEvent {
  static func own(
    _ choice: PresenceState = .online, _ text: String? = nil, seen state: PresenceState? = nil
  ) -> StreamEvent {
    .presence(
      .own, PresenceContent(state: state ?? choice, statusMessage: text, displayName: "Mara", choice: choice))
  }

  static func state(
    _ name: String, _ state: PresenceState, _ text: String? = nil, called display: String? = nil,
    ago: Duration? = nil, reason: UnknownReason? = nil, on devices: [DeviceType] = []
  ) -> StreamEvent {
    .presence(
      .user(name),
      PresenceContent(
        state: state, lastActiveAgo: ago.map { Int($0.components.seconds * 1_000) },
        currentlyActive: state == .online && ago == nil, statusMessage: text, displayName: display,
        deviceTypes: devices, unknownReason: reason))
  }

  static func list(_ name: String, _ state: ListState) -> StreamEvent {
    .list(ListEvent(userID: .user(name), state: state, sender: .own))
  }

  static func invite(
    _ name: String, _ state: InviteState = .pending, called display: String? = nil,
    at time: WallTime = .today(14, 20)
  ) -> StreamEvent {
    .invite(
      InviteEvent(
        observer: .user(name), observed: .own, receivedAt: time.milliseconds, state: state,
        displayName: display))
  }
}

extension [StreamEvent] {
  /// A user on the list, in a state.
  static func person(
    _ name: String, _ state: PresenceState, _ text: String? = nil, called display: String? = nil,
    ago: Duration? = nil, reason: UnknownReason? = nil, on devices: [DeviceType] = []
  ) -> [StreamEvent] {
    let relation: ListState = reason == .pending ? .pending : .accepted
    return [
      .list(name, relation),
      .state(name, state, text, called: display, ago: ago, reason: reason, on: devices),
    ]
  }
}

extension Key: ExpressibleByUnicodeScalarLiteral {
  init(unicodeScalarLiteral scalar: Unicode.Scalar) { self = .character(scalar) }
}
