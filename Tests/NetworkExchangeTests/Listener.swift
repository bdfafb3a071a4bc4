internal import HTTPTestSupport
internal import HomeserverHTTP
internal import Logging
internal import MatrixWire

/// A server of its own answers, beside which the test runs.
func withListener(
  _ body: @Sendable (HTTPServer.Endpoint) async throws -> Void,
  respond: @escaping @Sendable (WireRequest) async -> WireResponse
) async throws {
  let (bound, announce) = AsyncStream<HTTPServer.Endpoint>.makeStream()
  let server = HTTPServer(
    [.tcp(host: "127.0.0.1", port: 0)], time: RealTime(),
    logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
    listening: { announce.yield($0) }
  ) { request, _ in await respond(request) }
  try await withThrowingTaskGroup(of: Void.self) { group in
    group.addTask { try? await server.run() }
    guard let endpoint = await bound.first(where: { _ in true }) else { throw Missing("a server") }
    try await body(endpoint)
    group.cancelAll()
  }
}
