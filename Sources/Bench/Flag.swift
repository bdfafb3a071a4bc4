internal import Synchronization

/// Set and read from any thread.
final class Flag: Sendable {
  private let state = Atomic(false)

  var isSet: Bool { state.load(ordering: .relaxed) }

  func set(_ isSet: Bool = true) { state.store(isSet, ordering: .relaxed) }
}
