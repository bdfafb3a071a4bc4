import MatrixWire
import Ports
import Synchronization

@testable import Homeserver

/// Servers that answer when a test says so.
final class KeyServers: Sendable {
  struct State: Sendable {
    var documents: [ServerName: ServerKeys] = [:]
    var hanging: [ServerName: [CheckedContinuation<Void, Never>]] = [:]
    var asked: [ServerName] = []
    var hangs: Set<ServerName> = []
  }

  let state = Mutex(State())

  func fetch(_ server: ServerName) async throws -> ServerKeys {
    let hangs = state.withLock { state in
      state.asked.append(server)
      return state.hangs.contains(server)
    }
    if hangs {
      await withTaskCancellationHandler {
        await withCheckedContinuation { wait in
          state.withLock { $0.hanging[server, default: []].append(wait) }
        }
      } onCancel: {
        self.release(server)
      }
      try Task.checkCancellation()
    }
    guard let document = state.withLock({ $0.documents[server] }) else {
      throw ExchangeError(.unreachable, "Nothing listens there.")
    }
    return document
  }

  func release(_ server: ServerName) {
    for wait in state.withLock({ $0.hanging.removeValue(forKey: server) }) ?? [] { wait.resume() }
  }

  var asked: [ServerName] { state.withLock(\.asked) }
}
