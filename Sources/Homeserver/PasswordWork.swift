internal import MatrixWire
internal import Ports
internal import Synchronization

/// Work on passwords, which is slow on purpose: one after another, in locks that are fair between addresses and
/// accounts (`FairQueue`).
final class PasswordWork: Sendable {
  /// Whose turn it takes.
  struct Share: Hashable, Sendable {
    /// Where it comes from: the address, or where that says nothing the account.
    var source: RateLimiter.Subject
    /// Whether the account is used from there.
    var isKnown: Bool
  }

  private struct State: Sendable {
    var queue: FairQueue<RateLimiter.Subject>
    var waiting: [FairQueue<RateLimiter.Subject>.Ticket: CheckedContinuation<Bool, Never>] = [:]
  }

  private let secrets: any SecretHasher
  private let state: Mutex<State>

  init(_ secrets: any SecretHasher, mostWaiting: Int = 32) {
    self.secrets = secrets
    state = Mutex(State(queue: FairQueue(capacity: mostWaiting)))
  }

  func hash(password: String, _ share: Share) async throws(SecretHasherError) -> String {
    try await begin(share)
    defer { end() }
    return try await secrets.hash(password: password)
  }

  func verify(password: String, against hash: String?, _ share: Share) async throws(SecretHasherError) -> Bool
  {
    try await begin(share)
    defer { end() }
    return try await secrets.verify(password: password, against: hash)
  }

  private func begin(_ share: Share) async throws(SecretHasherError) {
    let mayBegin = await withCheckedContinuation { (continuation: CheckedContinuation<Bool, Never>) in
      let (now, displaced) = state.withLock { state in
        switch state.queue.enter(share.source, isKnown: share.isKnown) {
        case .start: return (true as Bool?, nil as CheckedContinuation<Bool, Never>?)
        case .refused: return (false, nil)
        case .wait(let ticket, let other):
          state.waiting[ticket] = continuation
          return (nil, other.flatMap { state.waiting.removeValue(forKey: $0) })
        }
      }
      displaced?.resume(returning: false)
      if let now { continuation.resume(returning: now) }
    }
    guard mayBegin else { throw .busy }
  }

  private func end() {
    let next = state.withLock { state in
      state.queue.leave().flatMap { state.waiting.removeValue(forKey: $0) }
    }
    next?.resume(returning: true)
  }
}
