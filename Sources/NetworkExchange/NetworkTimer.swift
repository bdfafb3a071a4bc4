internal import NIOCore

/// Deadlines of requests, on the network's own clock.
enum NetworkTimer {
  /// Returns when the span is over or the task is cancelled.
  static func sleep(_ span: Duration, on loop: any EventLoop) async {
    let (stream, bell) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    let timer = loop.scheduleTask(in: TimeAmount(span)) { bell.finish() }
    defer { timer.cancel() }
    for await _ in stream {}
  }
}
