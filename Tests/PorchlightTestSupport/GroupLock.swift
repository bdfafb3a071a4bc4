internal import Synchronization

/// A lock that many of one kind hold together, and never two of different kinds at once.
///
/// Nothing blocks a thread: the tests of a process share as many threads as the machine has cores. Those who take every
/// core go first, so that the others find the machine free of them.
final class GroupLock: Sendable {
  enum Group: Hashable, CaseIterable {
    /// Computes for seconds on every core.
    case allCores
    /// Waits for sockets, terminals or files on the clock of this machine.
    case realTime
  }

  private struct State {
    var group = Group.allCores
    var holders = 0
    var waiting: [Group: [CheckedContinuation<Void, Never>]] = [:]

    func admits(_ newcomer: Group) -> Bool {
      guard holders == 0 || group == newcomer else { return false }
      return newcomer == .allCores || waiting[.allCores] == nil
    }
  }

  private let state = Mutex(State())

  /// Runs `body` while no task of another group holds the lock.
  ///
  /// - Throws: whatever `body` throws.
  func withLock(as group: Group, _ body: () async throws -> Void) async throws {
    await enter(group)
    defer { leave() }
    try await body()
  }

  /// Whether tasks of a group wait for those who hold it.
  func isWaiting(_ group: Group) -> Bool { state.withLock { $0.waiting[group] != nil } }

  private func enter(_ group: Group) async {
    await withCheckedContinuation { continuation in
      let isAdmitted = state.withLock { state in
        guard state.admits(group) else {
          state.waiting[group, default: []].append(continuation)
          return false
        }
        state.group = group
        state.holders += 1
        return true
      }
      if isAdmitted { continuation.resume() }
    }
  }

  private func leave() {
    let admitted = state.withLock { state -> [CheckedContinuation<Void, Never>] in
      state.holders -= 1
      guard state.holders == 0, let next = Group.allCases.first(where: { state.waiting[$0] != nil }) else {
        return []
      }
      let admitted = state.waiting.removeValue(forKey: next) ?? []
      state.group = next
      state.holders = admitted.count
      return admitted
    }
    for continuation in admitted { continuation.resume() }
  }
}
