internal import MatrixWire
internal import Ports
internal import PresenceCore

/// `/sync` as a long poll (protocol 4.2).
extension Homeserver {
  func sync(_ request: WireRequest) async throws -> WireResponse {
    let device = try authenticate(request)
    let poll = try Poll(request, longestWait: configuration.longestWait)
    let since = try await presence.position(poll.since, of: device.user)
    let stream = await presence.streamOpened(
      on: device, PollIntent(setPresence: poll.setPresence, looks: !poll.filter.blocksPresence))
    let answer = await wait(for: device, poll, since: since)
    await presence.streamEnded(stream, on: device)
    return .json(answer)
  }

  /// Waits until there is something to say, the poll's time is up, or whoever asked has gone.
  private func wait(for device: Device, _ poll: Poll, since: UInt64?) async -> SyncAnswer {
    let deadline = time.instant + poll.wait
    while true {
      let (answer, version) = await presence.answer(for: device.user, since: since, poll.filter)
      guard let since else { return answer }
      if answer.presence.isEmpty {
        guard time.instant < deadline else { return answer }
        switch await hub.wait(for: device, after: max(since, version), until: deadline) {
        case .changed, .timedOut: continue
        case .ended: return answer
        }
      }
      // Something to say. While changes keep coming they share an answer (protocol 5.4).
      let quietUntil = hub.lastAnswer(to: device).map { $0 + configuration.batching }
      guard let quietUntil, time.instant < quietUntil else {
        hub.answered(device)
        return answer
      }
      if await hub.wait(for: device, after: .max, until: quietUntil) == .ended { return answer }
    }
  }
}

/// The parameters of a poll.
private struct Poll {
  let since: SyncToken?
  let wait: Duration
  let setPresence: PresenceState?
  let filter: SyncFilter

  /// - Throws: `M_INVALID_PARAM` naming the parameter.
  init(_ request: WireRequest, longestWait: Duration) throws(Refusal) {
    since = try Self.parse(request, "since") { SyncToken($0) }
    let milliseconds = try Self.parse(request, "timeout") { Int($0) } ?? 0
    wait = min(.milliseconds(max(0, milliseconds)), longestWait)
    setPresence = try Self.parse(request, "set_presence") { text in
      let state = PresenceState(wire: text)
      return [.online, .unavailable, .offline].contains(state) ? state : nil
    }
    filter =
      try Self.parse(request, "filter") { text in
        text.hasPrefix("{") ? try? WireJSON.decode(SyncFilter.self, from: text.utf8) : nil
      } ?? .everything
  }

  private static func parse<Value>(
    _ request: WireRequest, _ name: String, _ read: (String) -> Value?
  ) throws(Refusal) -> Value? {
    guard let text = request.query(name) else { return nil }
    guard let value = read(text) else {
      throw Refusal(400, .invalidParameter, "The parameter '\(name)' has no value this server knows.")
    }
    return value
  }
}
