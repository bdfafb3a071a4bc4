internal import NIOCore

/// One deadline that moves often and is met rarely: at most one timer on the loop, set anew only where the
/// deadline came nearer.
struct DeadlineTimer {
  private var deadline: NIODeadline?
  private var timer: NIOScheduledCallback?
  private var due = NIODeadline.distantFuture

  /// Sets the deadline; what it was before is forgotten.
  mutating func arm(
    in span: Duration, on loop: any EventLoop, _ handler: some NIOScheduledCallbackHandler
  ) {
    let deadline = loop.now + TimeAmount(span)
    self.deadline = deadline
    if timer == nil || deadline < due { schedule(at: deadline, on: loop, handler) }
  }

  /// There is no deadline for now.
  mutating func disarm() { deadline = nil }

  /// There will be none any more.
  mutating func stop() {
    deadline = nil
    timer?.cancel()
    timer = nil
  }

  /// The timer rang: whether the deadline has passed. Sets the timer anew where it was moved.
  mutating func rang(on loop: any EventLoop, _ handler: some NIOScheduledCallbackHandler) -> Bool {
    timer = nil
    guard let deadline else { return false }
    guard deadline <= loop.now else {
      schedule(at: deadline, on: loop, handler)
      return false
    }
    self.deadline = nil
    return true
  }

  private mutating func schedule(
    at deadline: NIODeadline, on loop: any EventLoop, _ handler: some NIOScheduledCallbackHandler
  ) {
    timer?.cancel()
    due = deadline
    timer = try? loop.assumeIsolated().scheduleCallback(at: deadline, handler: handler)
  }
}
