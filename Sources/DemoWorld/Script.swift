internal import MatrixWire
internal import PorchlightSDK
internal import Ports

/// What one simulated person does, and when: an endless sequence that only depends on their seed.
struct Script: Sequence, IteratorProtocol, Sendable {
  enum Action: Hashable, Sendable {
    case choose(PresenceState, text: String)
    /// Leaves the keyboard, as of so long ago.
    case leaveKeyboard(ago: Duration)
    case returnToKeyboard
    case disconnect
    case connect
  }

  /// What a user did before the world began.
  struct Opening: Hashable, Sendable {
    let choice: PresenceState
    let text: String
    let isConnected: Bool
    /// How long ago they left the keyboard; nil for those who sit at it.
    let idleFor: Duration?
  }

  struct Step: Hashable, Sendable {
    /// Since the step before.
    let after: Duration
    let action: Action
  }

  private let persona: Persona
  private var random: SeededGenerator
  private var isOnline: Bool
  private var isIdle: Bool

  init(_ persona: Persona) {
    self.persona = persona
    random = SeededGenerator(seed: persona.seed)
    // Where the world begins, in the middle of a day.
    let lot = Int.random(in: 0..<10, using: &random)
    switch persona.temper {
    case .commuter:
      isOnline = lot < 4
      isIdle = false
    case .restless:
      isOnline = true
      isIdle = lot < 6
    default:
      isOnline = lot < 9
      isIdle = false
    }
  }

  /// Where the script is found when the world begins.
  mutating func opening() -> Opening {
    Opening(
      choice: mood(), text: text(), isConnected: isOnline,
      idleFor: isOnline && isIdle ? .seconds(Int.random(in: 300...7200, using: &random)) : nil)
  }

  mutating func next() -> Step? {
    switch persona.temper {
    case .steady: step(40...300) { $0.changeText() }
    case .moody: step(40...240) { $0.changeText() }
    case .bot: step(20...90) { $0.changeText() }
    case .restless: step(30...240) { $0.turnKeyboard() }
    case .commuter: step(60...400) { $0.turnLine() }
    case .flapping: step(5...25) { $0.turnLine() }
    }
  }

  private mutating func step(
    _ seconds: ClosedRange<Int>, _ act: (inout Script) -> Action
  ) -> Step {
    let after = Duration.seconds(Int.random(in: seconds, using: &random))
    guard isOnline || persona.temper == .commuter || persona.temper == .flapping else {
      return Step(after: after, action: turnLine())
    }
    return Step(after: after, action: act(&self))
  }

  private mutating func changeText() -> Action { .choose(mood(), text: text()) }

  private mutating func turnKeyboard() -> Action {
    isIdle.toggle()
    return isIdle ? .leaveKeyboard(ago: .seconds(60)) : .returnToKeyboard
  }

  private mutating func turnLine() -> Action {
    isOnline.toggle()
    isIdle = false
    return isOnline ? .connect : .disconnect
  }

  private mutating func mood() -> PresenceState {
    guard persona.temper == .moody else { return .online }
    return [.online, .busy, .busy, .freeForChat].randomElement(using: &random) ?? .online
  }

  private mutating func text() -> String { persona.texts.randomElement(using: &random) ?? "" }
}
