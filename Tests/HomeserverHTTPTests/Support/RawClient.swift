public import HomeserverHTTP
internal import NIOCore
internal import NIOPosix

/// A client that sends bytes as they are, to see what a server makes of them.
public struct RawClient: ~Copyable {
  /// An answer as it stood on the wire.
  public struct Answer: Hashable, Sendable {
    public var status: Int
    /// Names in lower case.
    public var headers: [String: String]
    public var body: String

    public var isError: Bool { body.hasPrefix("{") && body.contains("\"errcode\":") }
  }

  private var inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
  private let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
  private var buffer = ByteBuffer()

  fileprivate init(
    _ inbound: NIOAsyncChannelInboundStream<ByteBuffer>, _ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
  ) {
    self.inbound = inbound.makeAsyncIterator()
    self.outbound = outbound
  }

  /// What sends, for another task.
  public struct Sender: Sendable {
    fileprivate let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>

    public func send(_ text: String) async throws { try await outbound.write(ByteBuffer(string: text)) }
  }

  public var sender: Sender { Sender(outbound: outbound) }

  public func send(_ text: String) async throws { try await send(Array(text.utf8)) }

  public func send(_ bytes: [UInt8]) async throws { try await outbound.write(ByteBuffer(bytes: bytes)) }

  /// Closes this side, as a client does that has nothing more to say or ends.
  public func finish() { outbound.finish() }

  /// The next answer; nil where the server closed the connection instead.
  public mutating func answer(toHead isHead: Bool = false) async throws -> Answer? {
    while true {
      if let answer = parse(isHead) { return answer }
      do {
        guard var more = try await inbound.next(isolation: #isolation) else { return nil }
        buffer.writeBuffer(&more)
      } catch is IOError {
        return nil
      }
    }
  }

  /// Reads on until the server closes; whatever else comes is thrown away.
  public mutating func waitForEnd() async {
    while let more = try? await inbound.next(isolation: #isolation) { _ = more }
  }

  private mutating func parse(_ isHead: Bool) -> Answer? {
    let text = String(buffer: buffer)
    let blank = Array("\r\n\r\n".utf8)
    let bytes = Array(text.utf8)
    guard
      let end = bytes.indices.dropLast(3).first(where: { Array(bytes[$0..<$0 + 4]) == blank })
    else { return nil }
    let lines = String(decoding: bytes[..<end], as: UTF8.self).split(separator: "\r\n")
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      let sides = line.split(separator: ":", maxSplits: 1)
      headers[sides[0].lowercased()] = sides.count == 2 ? String(sides[1].drop { $0 == " " }) : ""
    }
    let length = isHead ? 0 : headers["content-length"].flatMap { Int($0) } ?? 0
    guard bytes.count >= end + 4 + length else { return nil }
    buffer.moveReaderIndex(forwardBy: end + 4 + length)
    let words = lines.first?.split(separator: " ") ?? []
    return Answer(
      status: words.count > 1 ? Int(words[1]) ?? 0 : 0, headers: headers,
      body: String(decoding: bytes[(end + 4)..<(end + 4 + length)], as: UTF8.self))
  }
}

/// Runs `body` with a connection to a server.
public func withRawClient<Value: Sendable>(
  to endpoint: HTTPServer.Endpoint, _ body: (inout RawClient) async throws -> Value
) async throws -> Value {
  let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
    .channelOption(.allowRemoteHalfClosure, value: true)
  let make: @Sendable (any Channel) -> EventLoopFuture<NIOAsyncChannel<ByteBuffer, ByteBuffer>> = { channel in
    channel.eventLoop.makeCompletedFuture {
      try NIOAsyncChannel(
        wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
    }
  }
  let channel =
    switch endpoint {
    case .tcp(let host, let port), .tls(let host, let port, _):
      try await bootstrap.connect(host: host, port: port, channelInitializer: make)
    case .unix(let path): try await bootstrap.connect(unixDomainSocketPath: path, channelInitializer: make)
    }
  return try await channel.executeThenClose { inbound, outbound in
    var client = RawClient(inbound, outbound)
    return try await body(&client)
  }
}
