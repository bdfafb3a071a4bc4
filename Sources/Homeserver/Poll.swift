package import MatrixWire
internal import Ports
internal import PresenceCore
internal import Synchronization

/// A long poll, from its request to its one answer. Nothing runs for it while it waits.
public final class Poll: Sendable {
  let device: Device
  /// What it proved itself with: a login on the same device may have replaced it before the poll is opened.
  let token: TokenDigest
  let form: StreamForm
  let parameters: PollParameters
  /// Called once, on any thread.
  let deliver: @Sendable (WireResponse) -> Void
  /// Set under the lock of the hub.
  let isAbandoned = Atomic(false)
  /// Where it waits in the hub, under whose lock this is read and set.
  let slot = Atomic(noSlot)
  static let noSlot = -1
  /// Whether its client may go on with `init(_:since:)`: it waits, and its connection stays.
  package let isRepeatable: Bool
  /// The stream of the poll before it, if that had not ended.
  let inherited: StreamID?
  /// Its stream once it was answered, until another poll goes on with it or it has ended; 0 at all other times.
  private let stream = Atomic<UInt64>(0)

  init(
    _ device: Device, _ token: TokenDigest, _ form: StreamForm, _ parameters: PollParameters,
    isRepeatable: Bool = false, after last: Poll? = nil,
    deliver: @escaping @Sendable (WireResponse) -> Void
  ) {
    self.device = device
    self.token = token
    self.form = form
    self.parameters = parameters
    self.isRepeatable = isRepeatable && parameters.mayWait && parameters.since != nil
    self.deliver = deliver
    inherited = last.flatMap { $0.device == device ? $0.takeStream() : nil }
  }

  /// The same once more, from another position; it goes on with the stream of the last.
  init(_ last: Poll, since position: SyncToken) {
    device = last.device
    token = last.token
    form = last.form
    parameters = last.parameters.with(since: position)
    isRepeatable = last.isRepeatable
    deliver = last.deliver
    inherited = last.takeStream()
  }

  /// It is about to be answered: the next poll may go on with its stream.
  func leaveStream(_ stream: StreamID) { self.stream.store(stream.number, ordering: .relaxed) }

  /// Whether it left a stream that was not taken yet.
  var hasStream: Bool { stream.load(ordering: .relaxed) != 0 }

  /// Takes the stream it left; nil where it left none, or it was taken before.
  func takeStream() -> StreamID? {
    let number = stream.exchange(0, ordering: .relaxed)
    return number == 0 ? nil : StreamID(number: number)
  }

  /// Where it goes on from, as its client said.
  package var position: SyncToken? { parameters.since }

  /// The parameter that says so.
  package var positionName: String { form.shape == .withSender ? "since" : "from" }

  var intent: PollIntent {
    PollIntent(setPresence: parameters.setPresence, looks: !parameters.filter.blocksPresence)
  }

  /// Whether it tells what happens from now on: `/events` without `from` (Protocol 4.1).
  var beginsNow: Bool { form.shape == .contentOnly && parameters.since == nil }

  /// Nothing, at the position it came with: for a client that waits no more.
  var farewell: WireResponse { farewell(at: parameters.since) }

  func farewell(at start: SyncToken?) -> WireResponse {
    guard let start else { return APIError.gone.response }
    return answer(from: start, to: start)
  }

  /// Events as the answer of this poll, which went on from `start`.
  func answer(
    from start: SyncToken?, to next: SyncToken, isComplete: Bool = false, accountData: [[UInt8]] = [],
    presence: [[UInt8]] = [], rooms: RoomsAnswer = .nothing
  ) -> WireResponse {
    switch form.shape {
    case .withSender:
      .stream(
        StreamBytes.sync(
          nextBatch: next, isComplete: isComplete, accountData: accountData, presence: presence,
          rooms: rooms.sections))
    case .contentOnly:
      .stream(
        StreamBytes.chunk(start: start ?? next, end: next, events: rooms.events + presence + accountData))
    }
  }
}

/// A poll whose stream is open.
struct OpenPoll: Sendable {
  let poll: Poll
  let stream: StreamID
  /// The position it goes on from; nil where it begins.
  var since: StreamPosition?
  /// Where it goes on from in rooms, where the position is of an earlier life of the server.
  var earlierRooms: UInt64?
  /// The token of that position, as its client knows it.
  let start: SyncToken?
  let deadline: Instant

  var device: Device { poll.device }

  /// Gives the one answer; another poll may go on with the stream.
  func answer(_ response: WireResponse) {
    // First: the next poll may come before this returns.
    if poll.isRepeatable { poll.leaveStream(stream) }
    poll.deliver(response)
  }

  /// Nothing, at the position it went on from.
  var farewell: WireResponse { poll.farewell(at: start) }
}

extension APIError {
  /// For polls whose caller left, or whose server stops.
  static let gone = APIError(503, .unknown, "The poll was ended before it could wait.")
  /// For polls whose token was ended since they came.
  static let loggedOut = APIError(401, .unknownToken, "The session was logged out.")
}

extension WireResponse {
  static func stream(_ bytes: [UInt8]) -> WireResponse {
    WireResponse(status: 200, headers: jsonHeaders, body: bytes)
  }

  private static let jsonHeaders = [Header("Content-Type", "application/json")]
}

/// What a poll asks for.
struct PollParameters: Sendable {
  /// Which endpoint reads them.
  enum Endpoint: Hashable, Sendable {
    case sync
    case events
  }

  private(set) var since: SyncToken?
  let wait: Duration
  let setPresence: PresenceState?
  let filter: SyncFilter
  /// Whether everything is asked for, whatever the client had (`full_state`).
  let isFull: Bool

  /// - Parameters:
  ///   - request: whose query they stand in.
  ///   - endpoint: `/sync` and `/events` differ in names and defaults (Protocol 4.1, 4.2).
  ///   - longestWait: the most that is granted.
  ///   - readFilter: makes a filter of the parameter of that name.
  /// - Throws: `M_INVALID_PARAM` naming the parameter, or `M_BAD_PAGINATION` for a malformed `from`.
  init(
    _ request: WireRequest, of endpoint: Endpoint, longestWait: Duration,
    readFilter: (String) throws(APIError) -> SyncFilter?
  ) throws(APIError) {
    switch endpoint {
    case .sync:
      guard request.query("from") == nil else {
        throw APIError(400, .invalidParameter, "'/sync' goes on with 'since'; 'from' belongs to '/events'.")
      }
      since = try Self.parse(request, "since") { SyncToken($0) }
    case .events:
      since = try request.query("from").map { (text) throws(APIError) in
        guard let token = SyncToken(text) else { throw APIError.unknownPosition(endpoint) }
        return token
      }
    }
    isFull = endpoint == .sync && request.query("full_state") == "true"
    let milliseconds = try request.query("timeout").map { (text) throws(APIError) in
      guard let number = Int(text) else {
        throw APIError(400, .invalidParameter, "The parameter 'timeout' must be in milliseconds.")
      }
      return number
    }
    let unsaid = endpoint == .sync ? 0 : 30_000
    wait = min(.milliseconds(max(0, milliseconds ?? unsaid)), longestWait)
    setPresence = try Self.parse(request, "set_presence") { text in
      let state = PresenceState(wire: text)
      return [.online, .unavailable, .offline].contains(state) ? state : nil
    }
    if let text = request.query("filter") {
      guard let filter = try readFilter(text) else { throw Self.unknown("filter") }
      self.filter = filter
    } else {
      filter = .everything
    }
  }

  /// Whether it waits where there is nothing new.
  var mayWait: Bool { wait > .zero && !isFull }

  func with(since position: SyncToken) -> PollParameters {
    var parameters = self
    parameters.since = position
    return parameters
  }

  private static func parse<Value>(
    _ request: WireRequest, _ name: String, _ read: (String) -> Value?
  ) throws(APIError) -> Value? {
    guard let text = request.query(name) else { return nil }
    guard let value = read(text) else { throw unknown(name) }
    return value
  }

  private static func unknown(_ name: String) -> APIError {
    APIError(400, .invalidParameter, "The parameter '\(name)' has no value this server knows.")
  }
}

extension APIError {
  /// For a token this server never gave, or gave too long ago.
  static func unknownPosition(_ endpoint: PollParameters.Endpoint) -> APIError {
    switch endpoint {
    case .sync: APIError(400, .invalidParameter, "The parameter 'since' is not a position of this stream.")
    case .events: APIError(400, .badPagination, "The parameter 'from' is not a position of this stream.")
    }
  }
}
