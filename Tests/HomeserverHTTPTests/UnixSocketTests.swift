internal import Glibc
internal import HTTPTestSupport
internal import HomeserverHTTP
internal import PorchlightTestSupport
internal import Testing

/// The file of a Unix socket.
@Suite(.usesRealTime, .timeLimit(.minutes(5))) struct UnixSocketTests {
  @Test func aLivingServerKeepsItsSocketAndADeadOnesIsTaken() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/socket"
    try await withServedHomeserver(at: .unix(path: path)) { server in
      await #expect(throws: ListenError.self) {
        try await withServedHomeserver(at: .unix(path: path)) { _ in }
      }
      try await withRawClient(to: server.endpoint) { client in
        try await client.send("GET /_matrix/client/versions HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(try await client.answer()?.status == 200)
      }
      var status = stat()
      #expect(lstat(path, &status) == 0 && status.st_mode & 0o777 == 0o600)
    }
    #expect(access(path, F_OK) != 0)
    try folder.leaveDeadSocket(at: path)
    try await withServedHomeserver(at: .unix(path: path)) { server in
      try await withRawClient(to: server.endpoint) { client in
        try await client.send("GET /nowhere HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(try await client.answer()?.status == 404)
      }
    }
  }

  @Test func aFileThatIsNoSocketIsLeftAlone() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/precious"
    close(open(path, O_CREAT | O_WRONLY, 0o600))
    await #expect(throws: ListenError.self) { try await withServedHomeserver(at: .unix(path: path)) { _ in } }
    #expect(access(path, F_OK) == 0)
  }

  @Test func aPathTooLongIsRefused() async throws {
    let path = "/tmp/" + String(repeating: "x", count: 200)
    await #expect(throws: ListenError.self) { try await withServedHomeserver(at: .unix(path: path)) { _ in } }
  }

  @Test func aPortInUseIsNamed() async throws {
    try await withServedHomeserver { server in
      let error = await #expect(throws: ListenError.self) {
        try await withServedHomeserver(at: server.endpoint) { _ in }
      }
      #expect(error?.code == .inUse)
      #expect(error?.message.contains("\(server.endpoint)") == true)
    }
  }
}
