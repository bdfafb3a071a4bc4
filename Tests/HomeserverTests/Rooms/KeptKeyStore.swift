import Homeserver
import MatrixWire
import PorchlightTestSupport

/// A store in memory whose servers find the key again that the first had, as those on disk do.
struct KeptKeyStore: RelayingStore {
  let base = MemoryServerStore()

  func load(for server: ServerName) async throws(StoreError) -> StoredServer {
    var stored = try await base.load(for: server)
    stored.decoyKey = Array(1...32)
    return stored
  }

  func commit(_ changes: [StoreChange]) async throws(StoreError) { try await base.commit(changes) }
}
