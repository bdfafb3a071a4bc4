import MatrixWire
import PorchlightTestSupport
import Ports
import PresenceCore
import Synchronization
import Testing

@testable import Homeserver

/// What it costs to find out that a password is wrong, counted by the work and not by a clock.
struct PasswordCostTests {
  private let simulation = Simulation()
  private let name: ServerName

  init() throws { name = try ServerName("harbor.example").orThrow("name") }

  private func server(_ secrets: CostlySecrets, _ stored: StoredServer, store: any ServerStore)
    -> Homeserver
  {
    Homeserver(
      .init(name: name), stored: stored, store: store, secrets: secrets, time: simulation.time,
      random: SeededGenerator(seed: 1))
  }

  /// Accounts `old0…` of cost 12, and `new0…` of cost 15.
  private func accounts(old: Int, new: Int) throws -> StoredServer {
    var stored = StoredServer()
    for (cost, label, count) in [(12, "old", old), (15, "new", new)] {
      for number in 0..<count {
        let user = try UserID(localpart: "\(label)\(number)", server: name).orThrow("user")
        stored.accounts.append(
          AccountRecord(user: user, passwordHash: "\(cost):pw", createdAt: WallTime(milliseconds: 0)))
        stored.presence.append(PresenceRecord(user: user, lastActive: WallTime(milliseconds: 0)))
      }
    }
    stored.decoyKey = Array(0..<32)
    return stored
  }

  private func login(_ server: Homeserver, _ user: String, _ password: String) throws -> Int {
    let request = ClientAPI.login(
      LoginRequest(type: "m.login.password", identifier: .user(user), password: password))
    return try simulation.run { await server.respond(to: request, from: .inProcess).status }
  }

  /// 12 ms and 118 ms once.
  @Test func nobodyCostsWhatAccountsCostAfterTheCostWasChanged() throws {
    let secrets = CostlySecrets(15)
    let server = server(secrets, try accounts(old: 3, new: 0), store: MemoryServerStore())
    for name in ["old0", "nobody", "anybody", "@gone:harbor.example", "a b"] {
      #expect(try login(server, name, "wrong") == 403)
    }
    #expect(secrets.costs == [12, 12, 12, 12, 12])
  }

  @Test func theMixtureOfNamesNobodyHasIsThatOfTheAccounts() throws {
    let secrets = CostlySecrets(15)
    let registry = AccountRegistry(
      server: name, stored: try accounts(old: 30, new: 10), secrets: secrets, random: SeededGenerator(seed: 1)
    )
    let costs = (0..<4_000).map { registry.decoyHash(for: "@nobody\($0):harbor.example") }
    let dear = costs.count { $0 == "15:pw" }
    #expect((900...1_100).contains(dear), "a quarter of 4,000")
    #expect((0..<4_000).map { registry.decoyHash(for: "@nobody\($0):harbor.example") } == costs)
  }

  /// An account goes over to the present cost once; a name nobody has must not go to and fro.
  @Test func aNameNobodyHasGoesOverToThePresentCostAndNeverBack() {
    var costs = PasswordCosts()
    for _ in 0..<50 { costs.add("12:pw", cost: "12") }
    var before = Set<Int>()
    for _ in 0..<50 {
      costs.remove(cost: "12")
      costs.add("15:pw", cost: "15")
      let now = Set(
        (0..<200).filter { costs.decoy(UInt64($0) &* 0x0123_4567_89AB_CDEF, present: "15") == "15:pw" })
      #expect(now.isSuperset(of: before))
      before = now
    }
    #expect(before.count == 200)
    #expect(PasswordCosts().decoy(7, present: "15") == nil)
  }

  @Test func aStoreKeepsHowNamesNobodyHasLook() throws {
    let stored = try accounts(old: 5, new: 5)
    func decoys(_ seed: UInt64) -> [String?] {
      let registry = AccountRegistry(
        server: name, stored: stored, secrets: CostlySecrets(15), random: SeededGenerator(seed: seed))
      return (0..<100).map { registry.decoyHash(for: "\($0)") }
    }
    #expect(decoys(1) == decoys(2))
  }

  @Test func theRightPasswordIsHashedAnewAtThePresentCost() throws {
    let store = MemoryServerStore()
    let stored = try accounts(old: 1, new: 0)
    try simulation.run {
      _ = try await store.load(for: stored.accounts[0].user.server)
      try await store.commit(
        stored.accounts.map(StoreChange.account) + stored.presence.map(StoreChange.presence))
    }
    let secrets = CostlySecrets(15)
    let server = server(secrets, stored, store: store)
    func hash() throws -> String? {
      try simulation.run { [name] in try await store.load(for: name).accounts.first?.passwordHash }
    }
    #expect(try login(server, "old0", "wrong") == 403)
    #expect(try hash() == "12:pw")
    #expect(try login(server, "old0", "pw") == 200)
    #expect(try hash() == "15:pw")
    #expect(try login(server, "old0", "pw") == 200)
    #expect(try login(server, "nobody", "pw") == 403)
    // Two wrong and right at the old cost, the hash, and then everybody at the present one.
    #expect(secrets.costs == [12, 12, 15, 15, 15])
  }

  @Test func somebodyElsesPasswordOpensNoAccountWithoutOne() throws {
    var stored = try accounts(old: 1, new: 0)
    let user = try UserID(localpart: "bare", server: name).orThrow("user")
    stored.accounts.append(AccountRecord(user: user, createdAt: WallTime(milliseconds: 0)))
    let server = server(CostlySecrets(15), stored, store: MemoryServerStore())
    #expect(try login(server, "bare", "pw") == 403)
    #expect(try login(server, "nobody", "pw") == 403)
    #expect(try login(server, "old0", "pw") == 200)
  }
}

/// Notes what every piece of work cost. Hashes are `COST:PASSWORD`.
private final class CostlySecrets: SecretHasher {
  private let present: Int
  private let spent = Mutex<[Int]>([])

  init(_ present: Int) { self.present = present }

  var costs: [Int] { spent.withLock { $0 } }

  func hash(password: String) async throws(SecretHasherError) -> String {
    spent.withLock { $0.append(present) }
    return "\(present):\(password)"
  }

  func verify(password: String, against hash: String?) async throws(SecretHasherError) -> Bool {
    let needed = hash.flatMap { cost(of: $0) }.flatMap { Int($0) } ?? present
    spent.withLock { $0.append(needed) }
    return hash == "\(needed):\(password)"
  }

  func cost(of hash: String) -> String? { hash.split(separator: ":").first.map(String.init) }

  var cost: String { "\(present)" }

  func authenticationCode(of message: [UInt8], key: [UInt8]) -> [UInt8] {
    // Mixed well, unlike the sums of the other tests: shares are counted here.
    var sum = (key + message).reduce(UInt64(0xCBF2_9CE4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    sum = (sum ^ sum >> 30) &* 0xBF58_476D_1CE4_E5B9
    sum = (sum ^ sum >> 27) &* 0x94D0_49BB_1331_11EB
    return withUnsafeBytes(of: (sum ^ sum >> 31).bigEndian) { Array($0) }
  }

  func digest(of token: AccessToken) -> TokenDigest { TokenDigest(bytes: Array(token.rawValue.utf8)) }
}
