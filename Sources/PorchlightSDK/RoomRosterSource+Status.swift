public import MatrixWire
internal import Ports
internal import Synchronization

/// What the server is told of its user by statuses, besides what polls say.
extension RoomRosterSource {
  /// Where the stream says nothing of the user, whether the server has presence follows from what it makes of a status. It
  /// says what polls say; where a choice was made meanwhile that shows it instead.
  func prove(_ outlet: RosterOutlet) async {
    let (isNeeded, publications) = state.withLock { ($0.needsProof, $0.publications) }
    guard presence.current == .online, isNeeded, (try? await turns.take()) != nil else { return }
    defer { turns.end() }
    let evidence = try? await session.provePresence { text in
      state.withLock { $0.publications == publications ? $0.proof(over: text) : nil }
    }
    if let evidence { outlet.tell(state.withLock { $0.take(evidence) }) }
  }

  func publish(_ update: StatusUpdate) async throws(SDKError) {
    if verdict.isOff { throw .presenceIsOff(session.userID.server) }
    // The choice counts from now on, also for what is under way.
    let (before, polled) = state.withLock { state in
      let before = state.own.choice
      state.own.choose(update.presence)
      state.publications += 1
      return (before, state.own.polled)
    }
    presence.prepare(polled)
    let status: StatusUpdate
    do throws(SDKError) {
      status = try await set(update)
    } catch {
      presence.set(
        state.withLock { state in
          if !error.isTransient, state.own.choice == traits.shown(update.presence) {
            state.own.choose(before)
          }
          return state.own.polled
        })
      throw error.explained(session.userID.server)
    }
    presence.set(state.withLock(\.own.polled))
    tell(state.withLock { [.presence(session.userID, $0.own.took(status))] })
  }

  private func set(_ update: StatusUpdate) async throws(SDKError) -> StatusUpdate {
    try await turns.take()
    defer { turns.end() }
    let status = state.withLock { $0.own.status(update) }
    try await session.setStatus(status.presence, text: status.statusMessage)
    try await check(status)
    return status
  }

  /// A server without presence takes a status too. Where it is not known yet whether it has some, the status shows it; where
  /// the server does not say, it was set all the same.
  private func check(_ status: StatusUpdate) async throws(SDKError) {
    guard verdict.presence == .unknown else { return }
    do throws(SDKError) {
      let seen = try await session.status(of: session.userID)
      tell(state.withLock { $0.take([.statusSet(status, seen: seen)]) })
    } catch {
      if case .refused(let refusal) = error.code { tell(state.withLock { $0.take([.refused(refusal)]) }) }
    }
    if verdict.isOff { throw .presenceIsOff(session.userID.server) }
  }

  public func leave(saying status: StatusUpdate?, patience: Duration) async -> RosterFarewell {
    let (choice, text, isOff) = state.withLock { ($0.own.choice, $0.own.text, $0.verdict.isOff) }
    // Without the present text the server would be told that there is none.
    guard !isReading, !isOff, let text = status.map({ $0.statusMessage ?? "" }) ?? text else {
      return RosterFarewell()
    }
    guard choice != .hidden || status != nil else { return RosterFarewell() }
    let end = session.time.instant + patience
    let outcome = try? await withDeadline(patience, on: session.time) { [session] in
      await session.sayOffline(text, until: end)
    }
    return RosterFarewell(
      isStatusTaken: status != nil && outcome == .taken, isTooSoon: outcome == .tooSoon)
  }
}

private enum OfflineOutcome: Hashable {
  case taken
  case tooSoon
  case failed
}

extension Session {
  /// Says that the user is gone; where the server takes that a little later, again then.
  fileprivate func sayOffline(_ text: String, until end: Instant) async -> OfflineOutcome {
    while true {
      do throws(SDKError) {
        try await setStatus(.offline, text: text)
        return .taken
      } catch {
        guard error.code == .rateLimited else { return .failed }
        let due = time.instant + (error.retryAfter ?? .zero)
        guard due < end else { return .tooSoon }
        guard (try? await time.sleep(until: due)) != nil else { return .failed }
      }
    }
  }
}
