internal import Homeserver
internal import MatrixWire
internal import NIOCore
internal import NIOHTTP1

/// Makes whole requests of the parts the parser finds, within limits.
///
/// A value without a channel. Bodies that are too large are read past and refused, so that the connection can
/// go on; those far too large are refused at once, and their connection ends.
struct RequestReader {
  enum Outcome: Sendable {
    /// More has to come.
    case more
    /// More has to come, and will once the client is told `100 Continue`.
    case invite
    case arrival(Arrival)
  }

  private enum State {
    case between
    case body(Arrival, WireRequest)
    /// The answer is known, the rest of the body is not wanted.
    case discarding(Arrival, bytes: Int)
    /// The answer is given, the rest of the body comes all the same.
    case abandoned
    /// The connection ends with the last request.
    case over
  }

  private let limits: HTTPServer.Limits
  /// The proxy at the connection's end, where one is there whose word counts.
  private let proxy: (peer: Peer, proxies: TrustedProxies)?
  private var state = State.between

  init(_ limits: HTTPServer.Limits, _ proxy: (peer: Peer, proxies: TrustedProxies)? = nil) {
    self.limits = limits
    self.proxy = proxy
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
  mutating func take(_ part: HTTPServerRequestPart) -> Outcome {
    switch (part, state) {
    case (.head(let head), .between): return begin(head)
    case (.body(let bytes), .body(let arrival, var request)):
      // Let go of the buffered request, so that it is appended to and not copied.
      state = .over
      guard request.body.count + bytes.readableBytes <= largestBody(of: request) else {
        return discard(tooLarge(like: arrival), request.body.count + bytes.readableBytes)
      }
      request.body.append(contentsOf: bytes.readableBytesView)
      state = .body(arrival, request)
      return .more
    case (.body(let bytes), .discarding(let arrival, let count)):
      return discard(arrival, count + bytes.readableBytes)
    case (.end, .body(var arrival, let request)):
      state = .between
      arrival.content = .request(request)
      return .arrival(arrival)
    case (.end, .discarding(let arrival, _)):
      state = arrival.staysOpen ? .between : .over
      return .arrival(arrival)
    case (.end, .abandoned):
      state = .over
      return .more
    default: return .more
    }
  }

  private mutating func begin(_ head: HTTPRequestHead) -> Outcome {
    var arrival = RequestHead.read(head)
    if let proxy {
      arrival.client = proxy.proxies.client(behind: proxy.peer, forwardedFor: head.headers["X-Forwarded-For"])
    }
    let length = head.headers.first(name: "Content-Length").flatMap { Int($0) } ?? 0
    let isAsking = head.headers.first(name: "Expect")?.lowercased() == "100-continue"
    if case .request(let request) = arrival.content, length > largestBody(of: request) {
      arrival = tooLarge(like: arrival)
    }
    switch arrival.content {
    case .request(var request):
      // A length is a word of whoever sends it. Most bodies are as long as that, large ones grow as they come.
      request.body.reserveCapacity(min(max(0, length), 16_384))
      state = .body(arrival, request)
      return isAsking ? .invite : .more
    case .answer:
      // Whoever asked before sending has sent nothing, and may or may not do so now.
      return discard(arrival, isAsking ? .max : length > limits.largestDiscard ? length : 0)
    }
  }

  private mutating func discard(_ arrival: Arrival, _ count: Int) -> Outcome {
    guard count > limits.largestDiscard else {
      state = .discarding(arrival, bytes: count)
      return .more
    }
    var arrival = arrival
    arrival.staysOpen = false
    state = .abandoned
    return .arrival(arrival)
  }

  private func largestBody(of request: WireRequest) -> Int {
    request.isBetweenServers ? limits.largestTransaction : limits.largestBody
  }

  private func tooLarge(like arrival: Arrival) -> Arrival {
    var largest = limits.largestBody
    if case .request(let request) = arrival.content { largest = largestBody(of: request) }
    let message = "The body is larger than \(largest) bytes."
    var refused = arrival
    refused.content = Arrival(refusal: 413, .tooLarge, message).content
    return refused
  }
}
