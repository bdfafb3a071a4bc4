internal import MatrixWire
internal import Ports
internal import Synchronization

/// Why other servers do not answer, for people: the last cause of each, and a notice when that changes.
///
/// Any user can name ten thousand servers that do not answer, so what is kept is bounded, and so is what is said.
final class PeerFailureLog: Sendable {
  struct Failure: Hashable, Sendable {
    /// In a few words that fit behind the name.
    var cause: String
    /// When the first of the failures in a row was.
    var since: Instant
    fileprivate var isNoticed = false
  }

  private struct State: Sendable {
    var failures: [ServerName: Failure] = [:]
    /// When the refusal of a server's requests was last said.
    var refusals: [ServerName: Instant] = [:]
    /// Of servers that fail, and of unknown peers' requests, each for itself: requests cost an attacker nothing.
    var ofFailures = Budget()
    var ofRefusals = Budget()
  }

  /// Notices in a minute.
  private struct Budget: Sendable {
    /// When the present minute began, and how many were said and left out in it.
    private var begun: Instant?
    private var said = 0
    private var leftOut = 0

    /// Whether one more may be said now.
    mutating func hasRoom(_ now: Instant, _ lines: inout [String]) -> Bool {
      if begun.map({ now - $0 >= PeerFailureLog.minute }) ?? true {
        if leftOut > 0 { lines.append("\(leftOut) notices of other servers were left out") }
        (begun, said, leftOut) = (now, 0, 0)
      }
      return said < PeerFailureLog.mostNotices
    }

    /// One is said, or would have been.
    mutating func spend() {
      if said < PeerFailureLog.mostNotices { said += 1 } else { leftOut += 1 }
    }
  }

  private let time: any Timekeeper
  private let notice: @Sendable (String) -> Void
  private let state = Mutex(State())

  private static let most = 1_024
  private static let mostNotices = 30
  private static let minute = Duration.seconds(60)
  /// How often the refusal of one server's requests is said.
  private static let pause = Duration.seconds(600)

  init(time: any Timekeeper, notice: @escaping @Sendable (String) -> Void) {
    self.time = time
    self.notice = notice
  }

  /// How much is kept: for tests.
  var counts: (failures: Int, refusals: Int) { state.withLock { ($0.failures.count, $0.refusals.count) } }

  /// Why a server fails now, if it does.
  subscript(server: ServerName) -> Failure? { state.withLock { $0.failures[server] } }

  /// A server did not answer, or refused what it was sent. One failure may be an accident; the second in a row is
  /// said.
  func failed(_ server: ServerName, _ cause: String) {
    let now = time.instant
    say(\.ofFailures) { state, hasRoom in
      guard var trouble = state.failures[server] else {
        state.failures[server] = Failure(cause: cause, since: now)
        Self.bound(&state.failures) { $0.since }
        return nil
      }
      defer { state.failures[server] = trouble }
      let isNews = !trouble.isNoticed || trouble.cause != cause
      trouble.cause = cause
      // What is left out is news the next time.
      trouble.isNoticed = isNews ? hasRoom : true
      return isNews ? "\(server) does not answer: \(cause)" : nil
    }
  }

  func answered(_ server: ServerName) {
    say(\.ofFailures) { state, _ in
      state.failures.removeValue(forKey: server)?.isNoticed == true ? "\(server) answers again" : nil
    }
  }

  /// A request that names a server as its origin was refused.
  func refused(_ origin: ServerName, _ cause: String) {
    let now = time.instant
    say(\.ofRefusals) { state, _ in
      if let last = state.refusals[origin], now - last < Self.pause { return nil }
      state.refusals[origin] = now
      Self.bound(&state.refusals) { $0 }
      return "Refused a request of \(origin): \(cause)"
    }
  }

  /// Forgets the older half where there are too many.
  private static func bound<Value>(_ entries: inout [ServerName: Value], by age: (Value) -> Instant) {
    guard entries.count > most else { return }
    for (server, _) in entries.sorted(by: { age($0.value) < age($1.value) }).prefix(most / 2) {
      entries[server] = nil
    }
  }

  /// Says what `change` has to say, unless enough was said in this minute; it is told whether there is room.
  private func say(
    _ budget: WritableKeyPath<State, Budget>, _ change: (inout State, Bool) -> String?
  ) {
    let now = time.instant
    let lines: [String] = state.withLock { state in
      var lines: [String] = []
      let hasRoom = state[keyPath: budget].hasRoom(now, &lines)
      guard let line = change(&state, hasRoom) else { return lines }
      state[keyPath: budget].spend()
      return hasRoom ? lines + [line] : lines
    }
    for line in lines { notice(line) }
  }
}

extension String {
  /// A text from outside, fit for a line on a terminal: what cannot be printed is a space, and it is not long.
  func forPeople(most: Int = 100) -> String {
    let safe = unicodeScalars.prefix(most + 1).map { scalar -> Unicode.Scalar in
      switch scalar.properties.generalCategory {
      case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator,
        .spaceSeparator, .nonspacingMark, .enclosingMark, .spacingMark:
        " "
      default: scalar
      }
    }
    let text = String(String.UnicodeScalarView(safe.prefix(most)))
    return safe.count > most ? text + "…" : text
  }
}

extension ExchangeError {
  /// The cause of a failure, fit for people.
  static func cause(of error: any Error) -> String {
    let error = error as? ExchangeError
    return (error?.cause ?? error?.message ?? "no answer that makes sense").forPeople()
  }
}
