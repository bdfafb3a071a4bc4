public import MatrixWire
internal import PresenceCore
internal import RoomCore
internal import Synchronization

/// A store without a disk: what it holds lasts as long as the process does.
///
/// It does keep what it is given, so that a server started on it again finds everything, as on a disk.
public final class MemoryServerStore: ServerStore {
  private struct State: Sendable {
    var server: ServerName?
    var starts: UInt64 = 0
    var accounts = MemoryAccounts()
    var presence = MemoryPresence()
    var peers = MemoryPeers()
    var rooms = MemoryRooms()

    mutating func apply(_ change: StoreChange) {
      switch change {
      case .accounts(let change):
        accounts.apply(change)
        if case .removeDevice(let user, let id) = change {
          presence.removeDevice(Device(user: user, id: id))
          rooms.removeTransactions(of: user, on: id)
        }
      case .presence(.deviceActivity(let record))
      where !accounts.has(Device(user: record.user, id: record.device)):
        // What is written behind may come after a logout.
        break
      case .presence(let change): presence.apply(change)
      case .rooms(.transaction(let record))
      where !accounts.has(Device(user: record.key.user, id: record.key.device)):
        // The device may have been logged out while the request was under way.
        break
      case .peers(let change): peers.apply(change)
      case .rooms(let change): rooms.apply(change)
      }
    }

    var rows: StoredServer {
      var stored = StoredServer()
      stored.starts = starts
      stored.accountRows = accounts.rows
      stored.presenceRows = presence.rows
      stored.peerRows = peers.rows
      stored.roomRows = rooms.rows
      return stored
    }
  }

  private let state = Mutex(State())

  /// - Parameter lives: how many starts to go on counting from. Where positions may come from another process that
  ///   had such a store, a random number, so that they are not taken for positions of this one.
  public init(lives: UInt64 = 0) { state.withLock { $0.starts = lives } }

  public func load(for server: ServerName) async throws(StoreError) -> StoredServer {
    let stored: StoredServer? = state.withLock { state in
      guard state.server ?? server == server else { return nil }
      state.server = server
      state.starts += 1
      return state.rows
    }
    guard let stored else {
      throw StoreError(.foreign, "This store belongs to another server than \(server).")
    }
    return stored
  }

  public func commit(_ changes: [StoreChange]) async throws(StoreError) {
    let failure = state.withLock { state -> StoreError? in
      guard state.accounts.accepts(changes) else {
        return StoreError(.failed, "A token was to be stored of a device that is not there.")
      }
      for change in changes { state.apply(change) }
      return nil
    }
    if let failure { throw failure }
  }

  /// Reads the rooms as they are now.
  func read<Value: Sendable>(_ body: (MemoryRooms) -> Value) -> Value {
    state.withLock { body($0.rooms) }
  }

  public func close() async {}
}
