internal import NIOCore
internal import NIOPosix
internal import Synchronization

/// Counts answers, and knows when the last one was read.
final class Tally: Sendable {
  private struct State {
    var count = 0
    var wanted = Int.max
    var finished: ContinuousClock.Instant?
    var waiter: CheckedContinuation<Void, Never>?
  }

  private let state = Mutex(State())

  var count: Int { state.withLock(\.count) }

  /// Counts anew, up to a number.
  func expect(_ wanted: Int) {
    state.withLock { state in
      (state.count, state.wanted, state.finished) = (0, wanted, nil)
    }
  }

  func add() {
    let waiter = state.withLock { state in
      state.count += 1
      guard state.count == state.wanted else { return nil as CheckedContinuation<Void, Never>? }
      state.finished = ContinuousClock.now
      return state.waiter.take()
    }
    waiter?.resume()
  }

  /// When the expected number was reached.
  func finish() async -> ContinuousClock.Instant {
    await withCheckedContinuation { continuation in
      let isDone = state.withLock { state in
        if state.finished == nil { state.waiter = continuation }
        return state.finished != nil
      }
      if isDone { continuation.resume() }
    }
    return state.withLock { $0.finished } ?? .now
  }
}

/// One connection of a load: sends bytes, reads answers with a `Content-Length`, and says what to send next.
final class LoadHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  /// Told each answer; returns what to send at once.
  private let next: (ByteBuffer) -> ByteBuffer?
  private let tally: Tally
  /// Which answers are counted.
  private let counts: (ByteBuffer) -> Bool
  private var pending = ByteBuffer()

  init(
    _ tally: Tally, counts: @escaping (ByteBuffer) -> Bool, _ next: @escaping (ByteBuffer) -> ByteBuffer?
  ) {
    self.tally = tally
    self.counts = counts
    self.next = next
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    var bytes = unwrapInboundIn(data)
    if pending.readableBytes > 0 {
      pending.writeBuffer(&bytes)
      swap(&pending, &bytes)
      pending = ByteBuffer()
    }
    while let length = Self.length(of: bytes) {
      guard let answer = bytes.readSlice(length: length) else { break }
      if counts(answer) { tally.add() }
      if let request = next(answer) { context.writeAndFlush(wrapOutboundOut(request), promise: nil) }
    }
    if bytes.readableBytes > 0 { pending = bytes }
  }

  /// Of the whole first answer; nil where its head is not all there.
  private static func length(of bytes: ByteBuffer) -> Int? {
    bytes.withUnsafeReadableBytes { raw in
      let text = raw.bindMemory(to: UInt8.self)
      guard let key = find("ontent-Length: ", in: text) ?? find("ontent-length: ", in: text),
        let end = find("\r\n\r\n", in: text)
      else { return nil }
      var length = 0
      for byte in text[(key + 15)...].prefix(while: { (48...57).contains($0) }) {
        length = length * 10 + Int(byte) - 48
      }
      return text.count >= end + 4 + length ? end + 4 + length : nil
    }
  }

  static func find(_ word: StaticString, in text: UnsafeBufferPointer<UInt8>) -> Int? {
    word.withUTF8Buffer { find($0, in: text) }
  }

  /// - Returns: where a word begins that is not empty.
  static func find(_ word: UnsafeBufferPointer<UInt8>, in text: UnsafeBufferPointer<UInt8>) -> Int? {
    let count = word.count
    guard count > 0, text.count >= count else { return nil }
    for start in 0...(text.count - count) where text[start] == word[0] {
      if (1..<count).allSatisfy({ text[start + $0] == word[$0] }) { return start }
    }
    return nil
  }
}

/// Connections to one server.
final class Load: Sendable {
  let tally: Tally
  private let channels: [any Channel]

  /// - Parameters:
  ///   - count: how many connections.
  ///   - port: where the server listens.
  ///   - counts: makes for each connection what chooses the answers that are counted.
  ///   - next: makes for each connection what is told each answer, and returns what to send at once.
  /// - Throws: where a connection is refused.
  init(
    _ count: Int, port: Int, counts: @escaping @Sendable () -> ((ByteBuffer) -> Bool) = { { _ in true } },
    _ next: @escaping @Sendable (Int) -> ((ByteBuffer) -> ByteBuffer?)
  ) async throws {
    let tally = Tally()
    self.tally = tally
    let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .channelOption(ChannelOptions.tcpOption(.tcp_nodelay), value: 1)
    var channels: [any Channel] = []
    for start in stride(from: 0, to: count, by: 256) {
      let attempts = (start..<min(count, start + 256)).map { number in
        bootstrap.channelInitializer { channel in
          channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandler(
              LoadHandler(tally, counts: counts(), next(number)))
          }
        }.connect(host: "127.0.0.1", port: port)
      }
      for attempt in attempts { channels.append(try await attempt.get()) }
    }
    self.channels = channels
  }

  /// Sends something over each connection, or over the first few.
  func send(_ bytes: (Int) -> ByteBuffer) {
    for (number, channel) in channels.enumerated() { channel.writeAndFlush(bytes(number), promise: nil) }
  }

  func close() async {
    for channel in channels { channel.close(promise: nil) }
    for channel in channels { try? await channel.closeFuture.get() }
  }
}
