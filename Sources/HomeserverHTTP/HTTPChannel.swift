internal import Homeserver
internal import HummingbirdCore
internal import Logging
internal import MatrixWire
internal import NIOCore
internal import NIOHTTP1

/// What becomes of an accepted connection: the pipeline on its event loop, and the task that answers.
struct HTTPChannel: ServerChildChannel {
  let limits: HTTPServer.Limits
  let isLocal: Bool
  let respond: HTTPServer.Responder

  func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Connection> {
    Peer.of(channel, isLocal: isLocal).flatMapThrowing { peer in
      let connection = Connection(channel: channel, peer: peer)
      // The parser keeps a buffer of that size for each connection: most requests are smaller.
      try channel.syncOptions?.setOption(
        .recvAllocator, value: AdaptiveRecvByteBufferAllocator(minimum: 512, initial: 512, maximum: 65_536))
      var limit = NIOHTTPDecoderLimitConfiguration()
      limit.maxHeaderFieldSize = limits.largestHead
      limit.maxHeaderListSize = limits.largestHead
      limit.maxHeaderFieldCount = limits.mostHeaders
      try channel.pipeline.syncOperations.addHandlers([
        ByteToMessageHandler(HTTPRequestDecoder(limitConfiguration: limit)),
        ConnectionHandler(connection, limits),
      ])
      return connection
    }
  }

  /// Answers until the connection ends.
  ///
  /// Whoever hangs up frees what waits for them: reading, which has no effect, is cancelled; a change once
  /// begun is carried out. What came before the end is answered, for clients that close only their half.
  func handle(value connection: Connection, logger: Logger) async {
    // On the connection's own loop: no other thread is woken, which would cost as much as a small answer.
    await withTaskExecutorPreference(LoopExecutor(connection.channel.eventLoop)) {
      await converse(connection)
    }
  }

  private func converse(_ connection: Connection) async {
    await withTaskCancellationHandler {
      await withDiscardingTaskGroup { group in
        var isReading = false
        while let request = await connection.next() {
          isReading = request.method == .get
          group.addTask { await answer(request, on: connection) }
        }
        if isReading { group.cancelAll() }
      }
      while let request = await connection.rest() {
        await withDiscardingTaskGroup { group in
          if request.method == .get { group.cancelAll() }
          group.addTask { await answer(request, on: connection) }
        }
      }
    } onCancel: {
      connection.channel.close(promise: nil)
    }
  }

  private func answer(_ request: WireRequest, on connection: Connection) async {
    connection.answer(await respond(request, connection.peer))
  }
}
