internal import MatrixWire
internal import Ports

/// Where presence is off, what users do in small rooms is followed by a stream of its own, so that the other one asks for no
/// more than it needs.
extension RoomRosterSource {
  /// Follows what happens in the rooms that are traced, whichever those are, until the task is cancelled.
  func followTraces(_ outlet: RosterOutlet) async {
    var log = TraceLog(of: session.userID)
    while await traced.waits(until: { !$0.isEmpty }) {
      // Where the session is over the other stream says so.
      guard let known = await follow(traced.value, from: log, outlet) else { return }
      log = known
      await tell(log.keep(traced.value, at: session.time.now), outlet)
    }
  }

  /// Follows these rooms until others are traced; nil where that cannot go on.
  private func follow(
    _ rooms: Set<RoomID>, from log: TraceLog, _ outlet: RosterOutlet
  ) async -> TraceLog? {
    let known = Observed(log)
    return await withTaskGroup(of: Bool.self) { group in
      group.addTask { [self] in
        var events = SyncLoop(
          session: session, presence: .fixed(.offline), wait: wait, filter: .traces(in: rooms),
          seed: seed &+ 1)
        events.isFirstUncached = true
        var steps = events.makeAsyncIterator()
        // The other stream tells why nothing comes.
        while let step = try? await steps.next() {
          guard case .answer(let answer, let isComplete) = step else { continue }
          var traces: [UserID: Trace] = [:]
          known.update {
            traces = $0.apply(answer.rooms, isComplete: isComplete, at: session.time.now)
          }
          await tell(traces, outlet)
        }
        return false
      }
      group.addTask { [traced] in await traced.waits { $0 != rooms } }
      defer { group.cancelAll() }
      return await group.next() == true ? known.value : nil
    }
  }

  private func tell(_ traces: [UserID: Trace], _ outlet: RosterOutlet) async {
    guard !traces.isEmpty else { return }
    await outlet.tellAndWait(.update(RosterUpdate([], isComplete: false, traces: traces)))
  }

  /// What was seen last in these rooms, by one request.
  func traces(in rooms: Set<RoomID>) async throws(SDKError) -> [UserID: Trace] {
    guard !rooms.isEmpty else { return [:] }
    let answer = try await session.sync(
      since: nil, wait: .uncached(seed: seed &+ 1), as: .offline, filter: .traces(in: rooms))
    var log = TraceLog(of: session.userID)
    return log.apply(answer.rooms, at: session.time.now)
  }
}
