import Homeserver
import MatrixWire
import PorchlightTestSupport
import RoomCore
import Synchronization

/// A store that answers something only when a test says so.
final class HeldStore: RelayingStore {
  enum Call: Hashable { case commit, events, messages, state }

  let base = MemoryServerStore()
  private let state = Mutex<(held: Call?, waiting: [CheckedContinuation<Void, Never>])>((nil, []))

  func hold(_ call: Call) { state.withLock { $0.held = call } }

  func letGo() {
    let waiting = state.withLock { state in
      defer { state = (nil, []) }
      return state.waiting
    }
    for continuation in waiting { continuation.resume() }
  }

  func commit(_ changes: [StoreChange]) async throws(StoreError) {
    await wait(.commit)
    try await base.commit(changes)
  }

  func events(_ ids: Set<EventID>) async throws(StoreError) -> [EventID: StoredEvent] {
    await wait(.events)
    return try await base.events(ids)
  }

  func state(
    of rooms: [RoomID: TimelineRange]
  ) async throws(StoreError) -> [RoomID: [StoredEvent]] {
    await wait(.state)
    return try await base.state(of: rooms)
  }

  func newestMessages(
    in rooms: [RoomID: TimelineRange], limit: Int
  ) async throws(StoreError) -> [RoomID: [PDU]] {
    let found = try await base.newestMessages(in: rooms, limit: limit)
    await wait(.messages)
    return found
  }

  private func wait(_ call: Call) async {
    await withCheckedContinuation { continuation in
      let isHeld = state.withLock { state in
        if state.held == call { state.waiting.append(continuation) }
        return state.held == call
      }
      if !isHeld { continuation.resume() }
    }
  }
}
