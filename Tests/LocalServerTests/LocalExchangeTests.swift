internal import Glibc
internal import HTTPTestSupport
internal import Homeserver
internal import LocalServer
internal import Logging
internal import MatrixWire
internal import PorchlightSDK
internal import PorchlightTestSupport
internal import Ports
internal import Synchronization
internal import Testing

/// Several processes of one user, each played by a `LocalExchange`: locks and sockets are the real ones.
@Suite(.usesRealTime) struct LocalExchangeTests {
  private let folder: TemporaryFolder
  private let time = RealTime()

  init() throws { folder = try TemporaryFolder() }

  private func options() throws -> LocalExchange.Options {
    var configuration = Homeserver.Configuration(name: try ServerName("localhost").orThrow("name"))
    configuration.localLogin = true
    configuration.batching = .zero
    var options = LocalExchange.Options(
      files: ServerFiles(folder: folder.path + "/data", userID: 1000), configuration: configuration,
      secrets: TestSecrets(), random: SystemRandomNumberGenerator(),
      logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    // Other suites beside this one may keep the machine busy for long.
    options.patience = .seconds(100)
    return options
  }

  /// One process, for the length of `body`.
  private func process<Value: Sendable>(
    _ body: @Sendable (LocalExchange) async throws -> Value
  ) async throws -> Value {
    try await withLocalExchange(try options(), time: time, body)
  }

  private func logIn(_ name: String, over exchange: LocalExchange) async throws -> Session {
    try await Client(exchange: exchange, time: time).loginLocally(user: name)
  }

  @Test func theFirstProcessHasTheHomeserverAndTheSecondJoinsIt() async throws {
    try await process { first in
      let ann = try await logIn("ann", over: first)
      try await process { second in
        let bob = try await logIn("bob", over: second)
        try await bob.invite(ann.userID)
        try await ann.accept(bob.userID)
        try await ann.setStatus(.busy, text: "in the attic")
        #expect(try await bob.status(of: ann.userID).statusMessage == "in the attic")
        #expect(first.isOwner)
        #expect(!second.isOwner)
      }
    }
  }

  @Test func whatWasAcknowledgedIsThereInTheNextProcess() async throws {
    try await process { try await logIn("ann", over: $0).setStatus(.unavailable, text: "gone fishing") }
    let text = try await process { exchange in
      let ann = try await logIn("ann", over: exchange)
      return try await ann.status(of: ann.userID).statusMessage
    }
    #expect(text == "gone fishing")
  }

  @Test func whenTheOwnerEndsTheOtherTakesOverAndSessionsGoOn() async throws {
    let (ready, isReady) = AsyncStream<Void>.makeStream()
    let (ends, end) = AsyncStream<Void>.makeStream()
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        try await process { owner in
          _ = try await logIn("ann", over: owner)
          isReady.finish()
          for await _ in ends {}
        }
      }
      for await _ in ready {}
      try await process { heir in
        let bob = try await logIn("bob", over: heir)
        #expect(!heir.isOwner)
        let first = try await bob.sync(since: nil, wait: .zero, as: .online)
        async let poll = bob.sync(since: first.nextBatch, wait: .seconds(30), as: .online)
        try await bob.setStatus(.busy, text: "before")
        _ = try await poll
        end.finish()
        // The same session, against the process that has the database by then.
        try await bob.setStatus(.busy, text: "after")
        #expect(try await bob.status(of: bob.userID).statusMessage == "after")
        #expect(await eventually(within: .seconds(100)) { heir.isOwner })
        let next = try await bob.sync(since: first.nextBatch, wait: .seconds(30), as: .online)
        #expect(next.isComplete)
      }
      try await group.waitForAll()
    }
  }

  @Test func aSuspendedProcessGivesTheHomeserverAway() async throws {
    try await process { first in
      let ann = try await logIn("ann", over: first)
      #expect(first.isOwner)
      await first.pause()
      #expect(!first.isOwner)
      try await process { second in
        let bob = try await logIn("bob", over: second)
        #expect(second.isOwner)
        first.resume()
        try await ann.setStatus(.busy, text: "back")
        #expect(!first.isOwner)
        try await bob.setStatus(.busy, text: "here")
      }
      // Nobody has it now, and it may be had again.
      try await ann.setStatus(.busy, text: "alone")
      #expect(first.isOwner)
    }
  }

  @Test func ofManyThatStartAtOnceOneHasTheDatabase() async throws {
    let owners = try await withThrowingTaskGroup(of: Bool.self) { group in
      let arrived = Gathering()
      for number in 0..<6 {
        group.addTask {
          try await process { exchange in
            let session = try await logIn("person\(number)", over: exchange)
            #expect(try await session.status(of: session.userID).state == .offline)
            // Nobody leaves before all have been served, or the place would be free again.
            arrived.add()
            #expect(await eventually(within: .seconds(100)) { arrived.count == 6 })
            return exchange.isOwner
          }
        }
      }
      return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
    }
    #expect(owners == 1)
  }

  @Test func aStaleLockAndAStaleSocketStopNobody() async throws {
    let files = try options().files
    try files.prepare()
    try folder.write("12345", to: "data/porchlight.sqlite.lock")
    try folder.leaveDeadSocket(at: files.socket)
    try await process { exchange in
      _ = try await logIn("ann", over: exchange)
      #expect(exchange.isOwner)
    }
  }

  @Test func aSocketFileThatIsRemovedUnderItsOwnerIsMadeAnew() async throws {
    let files = try options().files
    try await process { owner in
      _ = try await logIn("ann", over: owner)
      #expect(await eventually(within: .seconds(100)) { access(files.socket, F_OK) == 0 })
      #expect(unlink(files.socket) == 0)
      try await process { other in
        let bob = try await logIn("bob", over: other)
        try await bob.setStatus(.busy, text: "inside")
        #expect(owner.isOwner)
        #expect(!other.isOwner)
      }
      #expect(folder.mode(of: "data/socket") == 0o600)
    }
  }

  @Test func aFolderThatIsRemovedUnderItsOwnerEndsNobodysServer() async throws {
    let files = try options().files
    try await process { owner in
      _ = try await logIn("ann", over: owner)
      #expect(await eventually(within: .seconds(100)) { access(files.socket, F_OK) == 0 })
      #expect(rename(files.folder, files.folder + ".moved") == 0)
      // The database went with it: the first process from now on has another.
      #expect(await eventually(within: .seconds(100)) { !owner.isOwner })
      _ = try await logIn("ann", over: owner)
      #expect(owner.isOwner)
      try await process { other in
        _ = try await logIn("bob", over: other)
        #expect(!other.isOwner)
      }
    }
  }

  @Test func aSocketFileThatAnotherTookIsLeftAlone() async throws {
    let files = try options().files
    try await process { owner in
      let ann = try await logIn("ann", over: owner)
      #expect(await eventually(within: .seconds(100)) { access(files.socket, F_OK) == 0 })
      #expect(unlink(files.socket) == 0)
      try folder.write("not a socket", to: "data/socket")
      try await ann.setStatus(.busy, text: "still here")
      #expect(owner.isOwner)
    }
    #expect(access(files.socket, F_OK) == 0)
  }

  @Test func aDatabaseThatCannotBeOpenedSaysWhy() async throws {
    try options().files.prepare()
    try folder.write(String(repeating: "no database at all. ", count: 100), to: "data/porchlight.sqlite")
    let error = await #expect(throws: SDKError.self) {
      try await process { try await logIn("ann", over: $0) }
    }
    #expect(error?.message.contains("porchlight.sqlite") == true)
  }

  @Test func theFolderIsNobodyElses() async throws {
    try await process { _ = try await logIn("ann", over: $0) }
    for (name, mode) in [
      ("data", 0o700), ("data/porchlight.sqlite", 0o600), ("data/porchlight.sqlite.lock", 0o600),
    ] {
      #expect(folder.mode(of: name) == mode, "\(name)")
    }
  }
}

/// How many have come.
private final class Gathering: Sendable {
  private let arrived = Mutex(0)

  var count: Int { arrived.withLock { $0 } }

  func add() { arrived.withLock { $0 += 1 } }
}
