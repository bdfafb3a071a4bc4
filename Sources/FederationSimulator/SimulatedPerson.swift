internal import MatrixWire
internal import Ports
internal import PresenceCore

/// A user with an account and one device, who acts as their own random numbers say.
struct SimulatedPerson {
  let number: Int
  let user: UserID
  let server: Int
  /// Never leaves, and never stops changing.
  let isChatterbox: Bool
  /// Draws what this person does, and nothing else.
  var random: SeededGenerator
  private let pace: Double

  var wantsToBeOnline = false
  var stream: StreamID?
  var choice: PresenceState = .online
  private var texts = 0

  init(number: Int, user: UserID, server: Int, seed: UInt64, pace: Double, isChatterbox: Bool) {
    self.number = number
    self.user = user
    self.server = server
    self.pace = pace
    self.isChatterbox = isChatterbox
    random = SeededGenerator(seed: seed, .workload, number)
  }

  /// A text that no user had before, so that what is seen tells when it was said.
  mutating func nextText() -> String {
    texts += 1
    return "\(number)/\(texts)"
  }

  mutating func pause() -> Duration {
    isChatterbox ? random.span(15...35) : random.span(0.2 * pace...1.8 * pace)
  }

  /// Their server fell, and their streams with it.
  mutating func lost() { stream = nil }
}

/// What a person does at once.
enum Saying: Sendable {
  case text
  case choice(PresenceState)
  case status(StatusUpdate)
  case idle
  case back
  case leave(closing: Bool)
  case arrive
  case invite(UserID)
  case accept(UserID)
  case deny(UserID)
  case drop(UserID)
  /// Drops a user and invites them again at the same instant.
  case askAnew(UserID)
  case revoke(UserID)
  case ask(UserID)
}
