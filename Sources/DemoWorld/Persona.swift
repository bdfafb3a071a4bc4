internal import MatrixWire
internal import PorchlightSDK

/// One simulated person: a name, a temper, and things to say. Made from a seed; the same seed makes the same
/// person.
struct Persona: Hashable, Sendable {
  /// How a simulated user lives, which decides what their script does next.
  enum Temper: Hashable, Sendable, CaseIterable {
    /// There most of the day, changes their text now and then.
    case steady
    /// Comes and goes from the keyboard.
    case restless
    /// Online for a while, then gone for a while.
    case commuter
    /// A line that drops and returns within seconds.
    case flapping
    /// Hard to interrupt, or glad of company.
    case moody
    /// A machine that reports.
    case bot
  }

  /// The relation of a simulated user to the person at the keyboard when the world begins.
  enum Acquaintance: Hashable, Sendable {
    /// On their list.
    case listed
    /// Asks to see them right away.
    case asking
    /// Asks later on.
    case willAsk
    /// Can be invited and says yes.
    case friendly
    /// Can be invited and says no.
    case shy
    /// Is in a room with them, and can be invited and says yes.
    case roomMate
  }

  let localpart: String
  let displayName: String
  let temper: Temper
  let acquaintance: Acquaintance
  let texts: [String]
  /// Seeds this person's own script.
  let seed: UInt64
}

extension Persona {
  /// The device they sit at.
  var deviceType: DeviceType {
    switch temper {
    case .bot: .bot
    case .commuter, .flapping: .mobile
    case .restless: .terminal
    case .steady, .moody: .desktop
    }
  }
}
