internal import GRDB
public import Homeserver
public import MatrixWire

public final class SQLitePresenceStore: PresenceStore {
  let memory = MemoryPresenceStore()
  public init(path: String) throws(StoreError) {}
  public func load(for server: ServerName) async throws(StoreError) -> StoredServer { try await memory.load(for: server) }
  public func commit(_ changes: [StoreChange]) async throws(StoreError) { try await memory.commit(changes) }
  public func close() async {}
}
