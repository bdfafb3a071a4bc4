internal import MatrixWire
internal import Ports

/// The roster on a server that has not said yet how it keeps contacts. It is asked for as long as it does not answer, and
/// until then this is a roster of which nothing is heard.
final class DeferredRosterSource: RosterSource {
  let session: Session
  private let seed: UInt64
  private let make: @Sendable (ServerCapabilities) -> any RosterSource
  private let found = Observed<(any RosterSource)?>(nil)

  /// - Parameters:
  ///   - session: whose roster it is.
  ///   - seed: for the jitter of the back-off.
  ///   - make: makes the source that it is then.
  init(
    _ session: Session, seed: UInt64, _ make: @escaping @Sendable (ServerCapabilities) -> any RosterSource
  ) {
    self.session = session
    self.seed = seed
    self.make = make
  }

  var traits: RosterTraits { found.value?.traits ?? .lists }

  func run(_ deliver: @escaping @Sendable (RosterStep) async -> Void) async throws(SDKError) {
    if found.value == nil {
      guard let capabilities = try await ask(deliver) else { return }
      let source = make(capabilities)
      found.update { $0 = source }
      await deliver(.settled(source.traits))
    }
    try await found.value?.run(deliver)
  }

  /// What the server can do; nil where the task was cancelled.
  private func ask(
    _ deliver: @Sendable (RosterStep) async -> Void
  ) async throws(SDKError) -> ServerCapabilities? {
    var backoff = Backoff()
    var random = SeededGenerator(seed: seed)
    while true {
      do throws(SDKError) {
        return try await session.capabilities()
      } catch {
        switch error.code {
        case .cancelled: return nil
        case .loggedOut: throw error
        case .refused, .unreachable, .disconnected, .rateLimited, .badAnswer: break
        }
        let tries = session.link.state.tries
        let due = session.time.instant + max(backoff.next(using: &random), error.retryAfter ?? .zero)
        await deliver(.interrupted(error, retryAt: due))
        switch await session.waitForTry(until: due, after: tries) {
        case .due: break
        case .cancelled: return nil
        case .asked: backoff.reset()
        }
      }
    }
  }

  /// The own status waits until it is known where it goes; a change to contacts does not, because who asks for it waits.
  func perform(_ request: RosterRequest) async throws(SDKError) {
    if case .change = request, found.value == nil {
      throw SDKError(.unreachable, "\(session.userID.server) has not answered yet")
    }
    guard await found.waits(until: { $0 != nil }) else {
      throw SDKError(.cancelled, "The call was cancelled.")
    }
    try await found.value?.perform(request)
  }

  func leave(saying status: StatusUpdate?, patience: Duration) async -> RosterFarewell {
    await found.value?.leave(saying: status, patience: patience) ?? RosterFarewell()
  }
}
