internal import MatrixWire
internal import Ports
internal import PresenceCore

/// `/sync` as a long poll (protocol 4.2).
extension Homeserver {
  func sync(_ request: WireRequest) async throws -> WireResponse {
    let device = try authenticate(request)
    let poll = try Poll(request, longestWait: configuration.longestWait) {
      accounts.filter(id: $0, for: device.user)
    }
    let since = try await presence.position(poll.since, of: device.user)
    try Task.checkCancellation()
    let (stream, ending) = try await presence.streamOpened(
      on: device, PollIntent(setPresence: poll.setPresence, looks: !poll.filter.blocksPresence))
    let answer: Result<SyncAnswer, any Error>
    do {
      answer = .success(try await wait(for: device, poll, since: since, ending))
    } catch {
      answer = .failure(error)
    }
    await presence.streamEnded(stream, on: device)
    return .json(try answer.get())
  }

  func events(_ request: WireRequest, _ version: APIVersion) async throws -> WireResponse {
    throw Refusal(404, .unrecognized, "There is no such endpoint here.")
  }

  func initialSync(_ request: WireRequest, _ version: APIVersion) async throws -> WireResponse {
    throw Refusal(404, .unrecognized, "There is no such endpoint here.")
  }

  /// Waits until there is something to say, the poll's time is up, or whoever asked has gone.
  private func wait(
    for device: Device, _ poll: Poll, since: UInt64?, _ ending: UInt64
  ) async throws -> SyncAnswer {
    let deadline = time.instant + poll.wait
    while true {
      let (answer, version) = try await presence.answer(for: device.user, since: since, poll.filter)
      guard since != nil else {
        var answer = answer
        answer.isComplete = poll.since != nil
        return answer
      }
      var until = deadline
      var after = version
      if !answer.presence.isEmpty {
        // Something to say. While changes keep coming they share an answer (protocol 5.4).
        let quiet = hub.lastAnswer(to: device).map { $0 + configuration.batching }
        (until, after) = (min(quiet ?? time.instant, deadline), .max)
      }
      guard time.instant < until else {
        if !answer.presence.isEmpty { hub.answered(device) }
        return answer
      }
      if await hub.wait(for: device, since: ending, after: after, until: until) == .ended {
        // Whoever waits no more is told nothing more: what was found may not be theirs any longer.
        return SyncAnswer(nextBatch: poll.since ?? answer.nextBatch, presence: [])
      }
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
  init(
    _ request: WireRequest, longestWait: Duration, stored: (String) -> SyncFilter?
  ) throws(Refusal) {
    since = try Self.parse(request, "since") { SyncToken($0) }
    let milliseconds = try Self.parse(request, "timeout") { Int($0) } ?? 0
    wait = min(.milliseconds(max(0, milliseconds)), longestWait)
    setPresence = try Self.parse(request, "set_presence") { text in
      let state = PresenceState(wire: text)
      return [.online, .unavailable, .offline].contains(state) ? state : nil
    }
    filter =
      try Self.parse(request, "filter") { text in
        if !text.hasPrefix("{") { return stored(text) }
        guard text.utf8.count <= Self.largestFilter else { return nil }
        return try? WireJSON.decode(SyncFilter.self, from: text.utf8)
      } ?? .everything
  }

  /// In bytes: as large as a body may be.
  private static let largestFilter = 65_536

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
