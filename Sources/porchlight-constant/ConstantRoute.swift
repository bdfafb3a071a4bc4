internal import Glibc
internal import Hummingbird
internal import Logging

/// A route of Hummingbird's that answers a constant: what `porchlight bench` compares with. A program of its own,
/// so that the roster need not carry Hummingbird.
///
/// usage: porchlight-constant BODY. Prints the port it listens on, then `ready`. It inherits its limit of open files.
@main
struct ConstantRoute {
  static func main() async throws {
    let body = ByteBuffer(string: CommandLine.arguments.dropFirst().first ?? "{}")
    let router = Router()
    router.get("constant") { _, _ in
      Response(status: .ok, headers: [.contentType: "application/json"], body: .init(byteBuffer: body))
    }
    var logger = Logger(label: "constant")
    logger.logLevel = .critical
    let application = Application(
      router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0), backlog: 4096),
      onServerRunning: { channel in
        print("port \(channel.localAddress?.port ?? 0)\nready")
        fflush(nil)
      }, logger: logger)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await application.run() }
      group.addTask {
        // The measuring process may be killed, and would leave this one running.
        while getppid() != 1 { try await Task.sleep(for: .seconds(1)) }
      }
      try await group.next()
      group.cancelAll()
    }
  }
}
