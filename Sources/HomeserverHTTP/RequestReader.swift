internal import Homeserver
internal import MatrixWire
internal import NIOCore
internal import NIOHTTP1

/// Makes whole requests of the parts the parser finds, within limits.
///
/// Without a channel. Bodies that are too large are read past and refused, so that the connection can go on; those far
/// too large are refused at once, and their connection ends, as it does where there is no memory for more.
struct RequestReader {
  enum Outcome: Sendable {
    /// More has to come.
    case more
    /// More has to come, and will once the client is told `100 Continue`.
    case invite
    case decoded(DecodedRequest)
  }

  private enum State {
    case between
    /// With how many bytes its body may take up by now.
    case body(DecodedRequest, WireRequest, room: Int)
    /// The answer is known, the rest of the body is not wanted.
    case discarding(DecodedRequest, bytes: Int)
    /// The answer is given, the rest of the body comes all the same.
    case abandoned
    /// The connection ends with the last request.
    case over
  }

  private let limits: HTTPServer.Limits
  /// The proxy at the connection's end, where one is there whose word counts.
  private let proxy: (requester: Requester, proxies: TrustedProxies)?
  private let sender: (WireRequest) -> RequestSender
  private let charge: (RequestSender) -> MemoryCharge
  private var state = State.between

  /// - Parameters:
  ///   - limits: what a request may be.
  ///   - proxy: who is at the connection's end, where it is a proxy whose word counts.
  ///   - sender: who sends a request, as far as its head tells.
  ///   - charge: what a request of such a sender takes up from now on.
  init(
    _ limits: HTTPServer.Limits, _ proxy: (requester: Requester, proxies: TrustedProxies)?,
    sender: @escaping (WireRequest) -> RequestSender, charge: @escaping (RequestSender) -> MemoryCharge
  ) {
    self.limits = limits
    self.proxy = proxy
    self.sender = sender
    self.charge = charge
  }

  /// Whether the last request is complete, and no next one has begun.
  var isBetween: Bool {
    if case .between = state { true } else { false }
  }

  /// Whether a request was answered whose body is still coming.
  var isAbandoned: Bool {
    if case .abandoned = state { true } else { false }
  }

  /// Takes the next part.
  mutating func handle(_ part: HTTPServerRequestPart) -> Outcome {
    if case .body(let bytes) = part, case .body = state { return append(bytes) }
    switch (part, state) {
    case (.head(let head), .between): return begin(head)
    case (.body(let bytes), .discarding(let decoded, let count)):
      return discard(decoded, count + bytes.readableBytes)
    case (.end, .body(var decoded, let request, _)):
      state = .between
      decoded.memory?.complete()
      decoded.content = .request(request)
      return .decoded(decoded)
    case (.end, .discarding(let decoded, _)):
      state = decoded.staysOpen ? .between : .over
      return .decoded(decoded)
    case (.end, .abandoned):
      state = .over
      return .more
    default: return .more
    }
  }

  /// Ends the request that is coming, where it had to give way to others.
  ///
  /// - Returns: its answer; nil where it did not have to.
  mutating func giveWay() -> DecodedRequest? {
    guard case .body(let decoded, _, _) = state, decoded.memory?.isHeld == false else { return nil }
    state = .abandoned
    return Self.noRoom(like: decoded)
  }

  /// Lets go of what is there.
  mutating func close() { state = .over }

  private mutating func begin(_ head: HTTPRequestHead) -> Outcome {
    var decoded = RequestHead.read(head)
    if let proxy {
      decoded.client = proxy.proxies.client(
        behind: proxy.requester, forwardedFor: head.headers["X-Forwarded-For"])
    }
    let length = head.headers.first(name: "Content-Length").flatMap { Int($0) } ?? 0
    let isAsking = head.headers.first(name: "Expect")?.asciiLowercased == "100-continue"
    if case .request(let request) = decoded.content, length > limits.largestBody,
      length > largestBody(of: request)
    {
      decoded = tooLarge(like: decoded)
    }
    switch decoded.content {
    case .request(var request):
      // The client claims a length. Most bodies are as long as that, large ones grow as they come.
      request.body.reserveCapacity(min(max(0, length), limits.smallRequest))
      state = .body(decoded, request, room: limits.smallRequest)
      return isAsking ? .invite : .more
    case .answer:
      // A client that asked before sending has sent nothing, and may or may not do so now.
      return discard(decoded, isAsking ? .max : length > limits.largestDiscard ? length : 0)
    }
  }

  private mutating func append(_ bytes: ByteBuffer) -> Outcome {
    guard case .body(var decoded, var request, var room) = state else { return .more }
    // Let go of the buffered request, so that it is appended to and not copied.
    state = .over
    let count = request.body.count + bytes.readableBytes
    if count > limits.largestBody || count > room {
      let largest = largestBody(of: request)
      guard count <= largest else { return discard(tooLarge(like: decoded), count) }
      if count > room {
        // What is granted is what is taken: the array would double by itself.
        room = min(max(count, room * 2), largest)
        let memory = decoded.memory ?? charge(sender(request))
        decoded.memory = memory
        guard memory.grow(to: room) else {
          state = .abandoned
          return .decoded(Self.noRoom(like: decoded))
        }
        request.body.reserveCapacity(room)
      }
    }
    request.body.append(contentsOf: bytes.readableBytesView)
    state = .body(decoded, request, room: room)
    return .more
  }

  private mutating func discard(_ decoded: DecodedRequest, _ count: Int) -> Outcome {
    guard count > limits.largestDiscard else {
      state = .discarding(decoded, bytes: count)
      return .more
    }
    var decoded = decoded
    decoded.staysOpen = false
    state = .abandoned
    return .decoded(decoded)
  }

  /// Only requests that a server may have signed may be longer than those of clients.
  private func largestBody(of request: WireRequest) -> Int {
    guard request.isBetweenServers, sender(request) != .nobody else { return limits.largestBody }
    return max(limits.largestTransaction, limits.largestBody)
  }

  private func tooLarge(like decoded: DecodedRequest) -> DecodedRequest {
    var largest = limits.largestBody
    if case .request(let request) = decoded.content { largest = largestBody(of: request) }
    let message = "The body is larger than \(largest) bytes."
    return Self.refused(decoded, DecodedRequest(refusal: 413, .tooLarge, message))
  }

  /// The answer to a request for which there is no memory.
  private static func noRoom(like decoded: DecodedRequest) -> DecodedRequest {
    let message = "Too many requests are being sent at once. Try again later."
    var refused = refused(decoded, DecodedRequest(refusal: 503, .unknown, message))
    refused.staysOpen = false
    return refused
  }

  private static func refused(_ decoded: DecodedRequest, _ refusal: DecodedRequest) -> DecodedRequest {
    var refused = decoded
    refused.content = refusal.content
    refused.memory = nil
    return refused
  }
}
