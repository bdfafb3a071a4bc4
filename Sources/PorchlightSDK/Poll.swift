internal import MatrixWire
internal import Ports

/// One poll of the event stream, watched while it waits.
struct Poll: Sendable {
  enum End: Sendable {
    case answer(SyncAnswer)
    case failure(SDKError)
    /// Its connection may be dead: it is to be sent anew on another one.
    case stale
    /// It says of the device what is not so any more: it is to be sent anew.
    case outdated
  }

  /// How much later than agreed a server may end a poll.
  static let slack: Duration = .seconds(5)
  /// A poll that was sent this shortly before its connection came into doubt is not sent anew.
  static let youth: Duration = .seconds(2)

  private let session: Session
  private let request: WireRequest
  /// What it says of the device.
  private let said: PresenceState
  /// Where that may change while it waits.
  private let presence: PollPresence?

  /// - Parameters:
  ///   - sequence: whose poll it is.
  ///   - since: where it goes on; nil for the beginning.
  ///   - wait: how long the server may hold it.
  ///   - patience: how long its answer may take.
  init(_ sequence: SyncLoop, since: SyncToken?, wait: Duration, patience: Duration) {
    session = sequence.session
    said = sequence.presence.current
    if case .changing(let presence) = sequence.presence { self.presence = presence } else { presence = nil }
    var request = ClientAPI.sync(
      since: since, wait: wait, setPresence: said, filter: sequence.filter)
    request.timeout = patience
    self.request = request
  }

  func run() async -> End {
    let doubt = session.time.instant + Self.youth
    return await withTaskGroup(of: End?.self) { [session, request, said, presence] group in
      group.addTask {
        do throws(SDKError) {
          return .answer(try await session.sync(request))
        } catch {
          return .failure(error)
        }
      }
      group.addTask {
        await session.link.waits { $0.staleBefore.map { doubt <= $0 } ?? false } ? .stale : nil
      }
      group.addTask { await isPaused() ? .stale : nil }
      if let presence { group.addTask { await presence.changes(from: said) ? .outdated : nil } }
      defer { group.cancelAll() }
      while let end = await group.next() {
        if let end { return end }
      }
      return .failure(SDKError(.cancelled, "The call was cancelled."))
    }
  }

  /// Returns after a pause of the whole process; false where the task was cancelled.
  private func isPaused() async -> Bool {
    var detector = PauseDetector(now: session.time.now)
    while (try? await session.time.sleep(until: detector.nextLook)) != nil {
      if detector.look(at: session.time.now) { return true }
    }
    return false
  }
}
