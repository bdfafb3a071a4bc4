import Homeserver
import MatrixWire
import PorchlightSDK
import PorchlightTestSupport
import Ports
import Testing

/// Logging in, going on with a session, and renewing it.
struct SessionTests {
  private let simulation = Simulation()
  private let server: TestHomeserver
  private let way: FaultyExchange

  init() throws {
    server = try TestHomeserver(simulation) { $0.localLogin = true }
    way = FaultyExchange(server.exchange, time: simulation.time)
  }

  private var client: Client { Client(exchange: way, time: simulation.time) }

  private func run<Value: Sendable>(_ body: @escaping @Sendable (Client) async throws -> Value) throws
    -> Value
  {
    let client = client
    return try simulation.run { try await body(client) }
  }

  @Test func somebodyRegistersWithAPasswordAndLogsInWithIt() throws {
    let first = try run { try await $0.register(username: "ann", password: "pw", deviceID: DeviceID("TTY")) }
    let second = try run { try await $0.login(user: "ann", password: "pw", deviceName: "couch") }
    #expect(first.userID == second.userID)
    #expect(first.credentials.deviceID?.rawValue == "TTY")
    #expect(second.credentials.deviceID != first.credentials.deviceID)
    let who = try simulation.run { try await second.whoAmI() }
    #expect(who.userID == second.userID)
    #expect(who.deviceID == second.credentials.deviceID)
  }

  @Test func aWrongPasswordIsARefusal() throws {
    _ = try run { try await $0.register(username: "ann", password: "pw") }
    let error = #expect(throws: SDKError.self) {
      try run { try await $0.login(user: "ann", password: "no") }
    }
    guard case .refused(let refusal)? = error?.code else {
      Issue.record("not a refusal: \(error?.description ?? "nothing")")
      return
    }
    #expect(refusal.code == .forbidden)
  }

  @Test func aProcessOfTheSameUserNeedsNoPassword() throws {
    let first = try run { try await $0.loginLocally(user: "bob") }
    let second = try run { try await $0.loginLocally(user: "bob", deviceID: DeviceID("TTY")) }
    #expect(first.userID == second.userID)
    #expect(second.credentials.deviceID?.rawValue == "TTY")
    let third = try run { try await $0.loginLocally(user: "bob", lifetime: .seconds(3600)) }
    #expect(third.credentials.expiresIn == 3_600_000)
  }

  @Test func aServerThatAsksForATokenGetsIt() throws {
    let guarded = try TestHomeserver(Simulation()) { $0.registration = .token("sesame") }
    let client = guarded.client
    let session = try guarded.simulation.run { try await client.register(username: "ann", token: "sesame") }
    #expect(session.userID.rawValue == "@ann:harbor.example")
    #expect(throws: SDKError.self) {
      try guarded.simulation.run { try await client.register(username: "bob") }
    }
  }

  @Test func aStoredSessionGoesOn() throws {
    let first = try run { try await $0.register(username: "ann") }
    let stored = try WireJSON.decode(Credentials.self, from: WireJSON.encode(first.credentials))
    let again = try client.session(stored)
    #expect(try simulation.run { try await again.whoAmI() }.userID == first.userID)
  }

  // MARK: Renewal

  private func expired(saving save: @escaping @Sendable (Credentials) async -> Void = { _ in }) throws
    -> Session
  {
    let client = Client(exchange: way, time: simulation.time, saving: save)
    let session = try simulation.run { try await client.register(username: "ann", isRefreshable: true) }
    #expect(session.credentials.refreshToken != nil)
    simulation.advance(by: .seconds(3601))
    return session
  }

  @Test func anExpiredSessionRenewsItselfAndIsKeptFirst() throws {
    let (saved, holder, wasKeptFirst) = (Box<Credentials>(), Box<Session>(), Box<Bool>())
    let session = try expired { credentials in
      saved.set(credentials)
      wasKeptFirst.set(holder.value?.credentials != credentials)
    }
    holder.set(session)
    let before = session.credentials
    let copy = session.through(way)
    #expect(try simulation.run { try await session.whoAmI() }.userID == session.userID)
    #expect(session.credentials != before)
    #expect(saved.value == session.credentials)
    #expect(wasKeptFirst.value == true)
    #expect(copy.credentials == session.credentials)
    #expect(try simulation.run { try await copy.whoAmI() }.userID == session.userID)
    #expect(way.requests(.post, endingIn: "refresh").count == 1)
  }

  @Test func manyCallsAtOnceRenewOnce() throws {
    let session = try expired()
    way.delay(.milliseconds(50))
    let answers = try simulation.run {
      try await withThrowingTaskGroup(of: UserID.self) { group in
        for _ in 0..<8 { group.addTask { try await session.whoAmI().userID } }
        return try await group.reduce(into: [UserID]()) { $0.append($1) }
      }
    }
    #expect(answers == Array(repeating: session.userID, count: 8))
    #expect(way.requests(.post, endingIn: "refresh").count == 1)
  }

  @Test func aRenewalWhoseAnswerWasLostIsTriedAgain() throws {
    let session = try expired()
    way.delay(.milliseconds(10))
    let first = simulation.start { _ = try? await session.whoAmI() }
    // The token has expired, so the renewal comes first and is on its way.
    simulation.advance(by: .milliseconds(5))
    way.cut()
    simulation.advance(by: .seconds(1))
    way.cut(false)
    simulation.stop(first)
    #expect(way.requests(.post, endingIn: "refresh").count == 1)
    #expect(try simulation.run { try await session.whoAmI() }.userID == session.userID)
    #expect(way.requests(.post, endingIn: "refresh").count == 2)
  }

  @Test func theStreamGoesOnThroughARenewal() throws {
    let client = client
    let session = try simulation.run { try await client.register(username: "ann", isRefreshable: true) }
    let screen = server.connect(session)
    simulation.advance(by: .seconds(3 * 3600))
    #expect(screen.failure == nil)
    #expect(way.requests(.post, endingIn: "refresh").count >= 2)
  }

  @Test func aSessionThatCannotBeRenewedIsOver() throws {
    let session = try expired()
    let other = try client.session(session.credentials)
    try simulation.run {
      _ = try await session.whoAmI()
      try await session.logout()
    }
    for ended in [session, other] {
      let error = #expect(throws: SDKError.self) { try simulation.run { try await ended.whoAmI() } }
      #expect(error?.code == .loggedOut)
    }
  }
}
