internal import MatrixWire
internal import PorchlightSDK
internal import Ports
internal import Synchronization

/// What a `Listener`'s stream has brought, written by the stream's task and read by the test.
final class Shared: Sendable {
  private struct State: Sendable {
    var roster: Roster
    var changes: [RosterChange] = []
    var answers = 0
    var failure: SDKError?
  }

  private let stored: Mutex<State>

  init(userID: UserID) { stored = Mutex(State(roster: Roster(userID: userID))) }

  var roster: Roster { stored.withLock(\.roster) }
  var changes: [RosterChange] { stored.withLock(\.changes) }
  var answers: Int { stored.withLock(\.answers) }
  var failure: SDKError? { stored.withLock(\.failure) }

  func take(_ step: SyncStep, at now: Instant) {
    guard case .answer(let answer, let isComplete) = step else { return }
    stored.withLock { state in
      state.answers += 1
      state.changes += state.roster.apply(answer, isComplete: isComplete, at: now)
    }
  }

  func fail(_ error: any Error) { stored.withLock { $0.failure = error as? SDKError } }
}
