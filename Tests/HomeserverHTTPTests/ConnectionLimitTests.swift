internal import HTTPTestSupport
internal import Homeserver
internal import HomeserverHTTP
internal import Logging
internal import MatrixWire
internal import PorchlightTestSupport
internal import Testing

/// Who is let in, and with what a server proves its name.
@Suite(.usesRealTime, .timeLimit(.minutes(5))) struct ConnectionLimitTests {
  private static let versions = "GET /_matrix/client/versions HTTP/1.1\r\nHost: h\r\n\r\n"

  private static func poll(_ token: AccessToken, _ position: SyncToken) -> String {
    "GET /_matrix/client/v3/sync?since=\(PercentEncoding.encode(position.rawValue))&timeout=50000"
      + "&set_presence=offline HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer \(token.rawValue)\r\n\r\n"
  }

  /// With every place taken by silent connections everybody else used to be locked out for 90 s.
  @Test func silentConnectionsLockNobodyOut() async throws {
    var limits = HTTPServer.Limits()
    limits.mostConnections = 4
    limits.grace = .milliseconds(20)
    limits.idle = .seconds(300)
    try await withServedHomeserver(limits: limits) { server in
      let token = try await server.token(of: "ann")
      let position = try await server.position(of: token)
      try await withRawClient(to: server.endpoint) { parked in
        try await parked.send(Self.poll(token, position))
        #expect(await eventually { server.homeserver.waitingPolls == 1 })
        try await withThrowingTaskGroup(of: Void.self) { group in
          for _ in 0..<12 {
            group.addTask { try await withRawClient(to: server.endpoint) { await $0.waitForEnd() } }
          }
          // The first eight to be told to go have gone: all places were taken then, and more than those.
          for _ in 0..<8 { try await group.next() }
          try await withRawClient(to: server.endpoint) { client in
            try await client.send(Self.versions)
            #expect(try await client.answer()?.status == 200)
          }
          // A parked poll is in use.
          #expect(server.homeserver.waitingPolls == 1)
          group.cancelAll()
          while let result = await group.nextResult() { _ = result }
        }
      }
    }
  }

  @Test func whoIsOneTooManyWaitsWhileAllAreInUse() async throws {
    var limits = HTTPServer.Limits()
    limits.mostConnections = 2
    limits.grace = .seconds(30)
    try await withServedHomeserver(limits: limits) { server in
      let token = try await server.token(of: "ann")
      let position = try await server.position(of: token)
      let (answers, answered) = AsyncStream<String>.makeStream()
      try await withRawClient(to: server.endpoint) { first in
        try await first.send(Self.poll(token, position))
        try await withThrowingTaskGroup(of: Void.self) { group in
          try await withRawClient(to: server.endpoint) { second in
            try await second.send(Self.poll(token, position))
            #expect(await eventually { server.homeserver.waitingPolls == 2 })
            group.addTask {
              try await withRawClient(to: server.endpoint) { third in
                try await third.send(Self.versions)
                #expect(try await third.answer()?.status == 200)
                answered.yield("third")
              }
            }
            for _ in 0..<500 { _ = try await server.position(of: token) }
            answered.yield("first and second")
          }
          try await group.waitForAll()
        }
      }
      answered.finish()
      var order: [String] = []
      for await answer in answers { order.append(answer) }
      #expect(order == ["first and second", "third"])
    }
  }

  @Test func manyMoreThanMayBeInsideAreAllServed() async throws {
    var limits = HTTPServer.Limits()
    limits.mostConnections = 3
    // On a busy machine a request may come long after its connection.
    limits.grace = .seconds(30)
    try await withServedHomeserver(limits: limits) { server in
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<60 {
          group.addTask {
            try await withRawClient(to: server.endpoint) { client in
              try await client.send(Self.versions)
              #expect(try await client.answer()?.status == 200)
            }
          }
        }
        try await group.waitForAll()
      }
    }
  }

  private func message(_ identity: HTTPServer.TLSIdentity) async throws -> String {
    let server = HTTPServer(
      // The first of them would listen.
      [.tcp(host: "127.0.0.1", port: 0), .tls(host: "127.0.0.1", port: 0, identity)],
      time: RealTime(), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
      listening: { Issue.record("listens on \($0)") }
    ) { _, _ in WireResponse(status: 200, body: []) }
    let error = await #expect(throws: ListenError.self) { try await server.run() }
    guard let error else { throw Missing("an error") }
    return error.message
  }

  @Test func aCertificateThatWillNotDoIsSaidBeforeAnybodyListens() async throws {
    let folder = try TemporaryFolder()
    let good = try TestIdentity.write(to: folder)
    var identity = good
    identity.certificates = folder.path + "/none.pem"
    #expect(
      try await message(identity)
        == "Cannot read the certificate \(identity.certificates): No such file or directory.")
    identity.certificates = try folder.write("nonsense", to: "nonsense.pem")
    #expect(try await message(identity) == "\(identity.certificates) holds no certificate in PEM.")
    identity = good
    identity.privateKey = folder.path + "/none.pem"
    #expect(
      try await message(identity)
        == "Cannot read the private key \(identity.privateKey): No such file or directory.")
    identity.privateKey = good.certificates
    #expect(
      try await message(identity)
        == "\(identity.privateKey) holds no private key in PEM, or one with a passphrase.")
    identity.privateKey = try folder.write(Self.otherKey, to: "other.pem")
    #expect(
      try await message(identity)
        == "The key \(identity.privateKey) does not belong to the certificate \(good.certificates).")
  }

  private static let otherKey = """
    -----BEGIN PRIVATE KEY-----
    MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQghfrjvRfXeu1BWt6p
    r1dV4GIgYp0+SIS9F1UTZUieGNOhRANCAAQlIvKdBn3u3wfmOhvvPlGxX08pM8Ju
    ismtwkfEpePOuXxNqjGCoPIci6WLzh9sPTZPywUwzTnyjLTzgN5z4cdl
    -----END PRIVATE KEY-----

    """
}
