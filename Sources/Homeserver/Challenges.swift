internal import MatrixWire
internal import Ports

/// User-interactive authentication under way, which takes up no place here: a session is a signed text that says what
/// it is for and until when. Any number may be open; none makes another end.
///
/// What is kept are sessions whose work is being done, and those whose work was done, until they would have ended. Of
/// the latter the ones that end first give way where there are too many: a session lets nobody do anything that its
/// stage does not, so one that could be used twice does no harm.
struct Challenges: Sendable {
  enum Purpose: Hashable, Sendable {
    case registration
    /// A user wants one of their devices gone.
    case removal(Device)
  }

  private static let lifetime = Duration.seconds(15 * 60)

  /// What only this process can compute of a message.
  private let code: @Sendable ([UInt8]) -> [UInt8]
  private let mostUsed: Int
  /// What ends are counted from in a session: clients must not learn how long the machine has run.
  private var origin: Instant?
  private var reserved: Set<String> = []
  private var used: [String: Instant] = [:]

  /// - Parameters:
  ///   - mostUsed: how many sessions are remembered that were used.
  ///   - code: what only this process can compute of a message.
  init(mostUsed: Int = 10_000, code: @escaping @Sendable ([UInt8]) -> [UInt8]) {
    self.mostUsed = mostUsed
    self.code = code
  }

  /// How many places are taken.
  var count: Int { reserved.count + used.count }

  /// A new session, good for 15 minutes.
  ///
  /// - Parameters:
  ///   - nonce: hexadecimal digits that were never used for another.
  ///   - purpose: what it is for.
  ///   - now: the time.
  /// - Returns: its text.
  mutating func open(_ nonce: String, for purpose: Purpose, at now: Instant) -> String {
    let start = origin ?? now
    origin = start
    let end = (now - start + Self.lifetime).wholeMilliseconds
    return "\(nonce).\(end).\(signature(nonce, end, purpose))"
  }

  func isOpen(_ session: String, for purpose: Purpose, at now: Instant) -> Bool {
    guard let end = end(of: session, for: purpose) else { return false }
    return now < end && used[session] == nil && !reserved.contains(session)
  }

  /// Keeps it for one who has passed it, until they have done what it is for.
  ///
  /// - Returns: false where it is not open (any more).
  mutating func reserve(_ session: String, for purpose: Purpose, at now: Instant) -> Bool {
    isOpen(session, for: purpose, at: now) && reserved.insert(session).inserted
  }

  /// Ends what was reserved: for ever where it was used, else it is open as before.
  mutating func release(_ session: String, isUsed: Bool, at now: Instant) {
    guard reserved.remove(session) != nil, isUsed else { return }
    used[session] = now + Self.lifetime
    guard used.count > mostUsed else { return }
    used = used.filter { $0.value > now }
    // Half of them at once, so that each costs little.
    guard used.count > mostUsed else { return }
    for (session, _) in used.sorted(by: { $0.value < $1.value }).prefix(mostUsed / 2) { used[session] = nil }
  }

  // MARK: The text

  /// When a session of this process ends; nil for any other text, and for one with another purpose.
  private func end(of session: String, for purpose: Purpose) -> Instant? {
    guard let origin, session.utf8.count <= 255 else { return nil }
    let parts = session.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3, let end = Int(parts[1]),
      Self.areSame(parts[2], signature(String(parts[0]), end, purpose))
    else { return nil }
    return origin + .milliseconds(end)
  }

  private func signature(_ nonce: String, _ end: Int, _ purpose: Purpose) -> String {
    let what =
      switch purpose {
      case .registration: "registration"
      // No user ID has a NUL.
      case .removal(let device): "removal\0\(device.user)\0\(device.id)"
      }
    return code(Array("\(nonce).\(end).\(what)".utf8)).hexadecimal
  }

  /// Looks at every byte, whatever the first ones say.
  private static func areSame(_ left: Substring, _ right: String) -> Bool {
    left.utf8.count == right.utf8.count && zip(left.utf8, right.utf8).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
  }
}

extension [UInt8] {
  /// Two hexadecimal digits for each byte.
  var hexadecimal: String {
    reduce(into: "") { text, byte in
      text += byte < 16 ? "0" + String(byte, radix: 16) : String(byte, radix: 16)
    }
  }
}
