internal import MatrixWire
internal import NIOCore
internal import PeerDiscovery
internal import Synchronization

/// The connections to other servers: kept for the next request, bounded for each server and together.
final class PeerConnections: Sendable {
  private let opener: ConnectionOpener
  private let book: Mutex<ConnectionBook<any Channel>>
  /// Every open connection, so that all can be closed.
  private let open = Mutex<(isClosed: Bool, channels: [ObjectIdentifier: any Channel])>((false, [:]))

  init(_ opener: ConnectionOpener, _ limits: ConnectionBook<any Channel>.Limits) {
    self.opener = opener
    book = Mutex(ConnectionBook(limits))
  }

  /// One request and its answer.
  ///
  /// A kept connection may be closing just as the request goes out. That is no failure of the server, so the
  /// request goes out again on another one: requests between servers may be repeated.
  func send(_ message: PeerMessage, by key: ConnectionKey) async throws -> WireResponse {
    while true {
      let (turn, place) = self.turn(for: key)
      switch turn {
      case .use(let channel):
        guard channel.isActive else { continue }
        do {
          return try await use(channel, message, key)
        } catch PeerFailure.closedBeforeAnswer {
          try Task.checkCancellation()
        } catch ChannelError.ioOnClosedChannel {
          try Task.checkCancellation()
        }
      case .open(let closing):
        closing?.close(promise: nil)
        return try await use(try await open(key), message, key)
      case .wait:
        guard let place else { continue }
        for await _ in place.rings {}
        guard Task.isCancelled else { continue }
        book.withLock { $0.leave(place.waiter, for: key) }?.finish()
        throw CancellationError()
      case .refused(let failure): throw failure
      }
    }
  }

  /// A place among those who wait, and what ends when it is their turn.
  private struct Place: Sendable {
    let waiter: UInt64
    let rings: AsyncStream<Void>
  }

  /// What to do now; where that is to wait, with a place.
  private func turn(for key: ConnectionKey) -> (ConnectionBook<any Channel>.Turn, Place?) {
    book.withLock { book in
      let turn = book.turn(for: key)
      guard case .wait = turn else { return (turn, nil) }
      let (rings, bell) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
      return (turn, Place(waiter: book.wait(for: key, bell), rings: rings))
    }
  }

  private func open(_ key: ConnectionKey) async throws -> any Channel {
    let channel: any Channel
    do {
      channel = try await opener.open(key)
    } catch {
      book.withLock { $0.closed(nil, for: key) }?.finish()
      throw ConnectError(cause: error)
    }
    let id = ObjectIdentifier(channel)
    let isClosed = open.withLock { open in
      open.channels[id] = channel
      return open.isClosed
    }
    channel.closeFuture.whenComplete { [self] _ in
      _ = open.withLock { $0.channels.removeValue(forKey: id) }
      book.withLock { $0.closed(id, for: key) }?.finish()
    }
    if isClosed { channel.close(promise: nil) }
    return channel
  }

  private func use(
    _ channel: any Channel, _ message: PeerMessage, _ key: ConnectionKey
  ) async throws -> WireResponse {
    let promise = channel.eventLoop.makePromise(of: PeerAnswer.self)
    let call = PeerCall(
      head: message.head, body: message.body, largestBody: message.largestAnswer, answer: promise)
    channel.writeAndFlush(call).cascadeFailure(to: promise)
    do {
      let answer = try await withTaskCancellationHandler {
        try await promise.futureResult.get()
      } onCancel: {
        channel.close(promise: nil)
      }
      if answer.keepsConnection, channel.isActive { keep(channel, for: key) }
      return answer.response
    } catch {
      channel.close(promise: nil)
      throw error
    }
  }

  private func keep(_ channel: any Channel, for key: ConnectionKey) {
    let id = ObjectIdentifier(channel)
    book.withLock { $0.keep(channel, id, for: key) }?.finish()
  }

  /// Closes everything, now and from now on.
  func close() {
    let channels = open.withLock { open in
      open.isClosed = true
      return open.channels.values.map { $0 }
    }
    for channel in channels { channel.close(promise: nil) }
  }
}
