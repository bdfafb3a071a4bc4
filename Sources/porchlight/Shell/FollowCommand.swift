internal import ArgumentParser
internal import MatrixWire
internal import PorchlightSDK
internal import Ports
internal import Screen
internal import UnixSignals

/// `porchlight follow`: what changes, as it changes.
struct FollowCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "follow", abstract: "Print every change on your list and around as it happens.",
    discussion: """
      Following does not make you online. Goes on while the server is away, and says so once on standard error. \
      Ends with 0 when it is interrupted, and when nobody reads its output any more.

      With --json each change has the time it was heard of (at), who it is about (user_id), how they are now, \
      and under before how they were, where that was known. Who shares a room with you and is not on your list has \
      the state around.
      """)

  @Flag(help: "One JSON object per change.")
  var json = false

  @Flag(help: "Begin with everybody as they are now.")
  var initial = false

  @OptionGroup var server: ServerOptions

  func run() async throws {
    try await server.withRoster(as: .shell(lifetime: .seconds(365 * 24 * 3600)), waiting: true) { source in
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          for await _ in await UnixSignalsSequence(trapping: [.sigint, .sigterm, .sighup]) { return }
        }
        group.addTask { try await readersGone(source.session.time) }
        group.addTask { try await follow(source) }
        defer { group.cancelAll() }
        try await group.next()
      }
    }
  }

  /// Follows until nobody reads any more. The source asks the server for more only when what it told is written.
  private func follow(_ source: any RosterSource) async throws {
    let (ends, end) = AsyncThrowingStream<Void, any Error>.makeStream()
    let follower = Follower(source.session, json: json, initial: initial)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        do throws(SDKError) {
          try await source.run { step in
            do throws(SDKError) {
              if try await !follower.take(step) { end.finish() }
            } catch {
              end.finish(throwing: error)
            }
          }
          end.finish()
        } catch {
          end.finish(throwing: error)
        }
      }
      for try await _ in ends {}
      group.cancelAll()
    }
  }

  /// Returns soon after the last reader of standard output has gone (`follow | head -1`), also while there is
  /// nothing to write.
  private func readersGone(_ time: any Timekeeper) async throws {
    while Output.hasReader { try await time.sleep(until: time.instant + .milliseconds(500)) }
  }
}

/// Writes what changes, in order.
private actor Follower {
  private let session: Session
  private let json: Bool
  private let initial: Bool
  private var roster: Roster
  private var question = RuleQuestion()
  private var isFirst = true
  private var isRefused = false
  private var isAway = false
  /// Whether the output is read, as far as is known.
  private var hasReader = true

  init(_ session: Session, json: Bool, initial: Bool) {
    (self.session, self.json, self.initial) = (session, json, initial)
    roster = Roster(userID: session.userID)
  }

  /// Takes a step of the source.
  ///
  /// - Returns: false where nobody reads any more.
  /// - Throws: what the server refuses for good.
  func take(_ step: RosterStep) async throws(SDKError) -> Bool {
    switch step {
    case .settled: break
    case .update(let update): await take(update)
    case .interrupted(let error, _):
      // A position that is not known any more is refused once, and the stream begins anew.
      if case .refused = error.code {
        if isRefused { throw error }
        isRefused = true
      }
      if !isAway { Output.complain(error.message) }
      isAway = true
      question = RuleQuestion()
    }
    return hasReader
  }

  private func take(_ update: RosterUpdate) async {
    let now = session.time.now
    var changes: [RosterChange] = []
    if question.isDue(), let rule = await rule() {
      changes = roster.follow(rule)
      question.isAnswered = true
    }
    changes += roster.apply(update, at: now.instant)
    for change in changes where hasReader && (initial || !isFirst) {
      hasReader = write(ChangeReport(change, at: now))
    }
    isFirst = false
    isRefused = false
    if isAway { Output.complain("connected again") }
    isAway = false
  }

  private func rule() async -> PresenceSharingRule? {
    let rule = try? await withDeadline(RuleQuestion.patience, on: session.time) { [session] in
      try await session.presenceSharing()
    }
    return rule ?? nil
  }

  private func write(_ report: ChangeReport) -> Bool {
    json ? Output.json(report) : Output.line(report.line)
  }
}

/// When the server is asked in which rooms it shows presence: as soon as it is heard, and again after an interruption, as it
/// may be another version then, or have another rule.
///
/// Changes wait for the answer, so that they say why nothing is known of a user. Where it cannot be had, by a proxy that
/// does not pass the question on, it is asked with ever fewer answers of the stream.
private struct RuleQuestion {
  var isAnswered = false
  private var skipped = 0
  private var pause = 1

  static let patience: Duration = .seconds(4)

  mutating func isDue() -> Bool {
    guard !isAnswered else { return false }
    skipped += 1
    guard skipped >= pause else { return false }
    (skipped, pause) = (0, 2 * pause)
    return true
  }
}
