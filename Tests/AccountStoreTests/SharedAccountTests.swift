internal import AccountStore
internal import Glibc
internal import HTTPTestSupport
internal import MatrixWire
internal import PorchlightTestSupport
internal import Ports
internal import SmallFiles
internal import Testing

/// Processes that go on with one session while another logs in, and keyrings that do not answer.
struct SharedAccountTests {
  private let folder: TemporaryFolder
  private let time = VirtualTime()
  private var place: String { folder.path + "/accounts" }
  private var store: AccountStore { AccountStore(folder: place, time: time) }

  init() throws { folder = try TemporaryFolder() }

  private func account(
    at url: String = "https://hs.example.org", device: String = "DEVICE", isInKeyring: Bool = false
  ) throws -> Account {
    Account(
      userID: try UserID("@ann:example.org").orThrow("a user"), baseURL: try WebURL(url).orThrow("a URL"),
      deviceID: DeviceID(device), method: .password, isInKeyring: isInKeyring)
  }

  private func credentials(_ token: String, device: String = "DEVICE", expiresIn: Int? = nil) throws
    -> Credentials
  {
    Credentials(
      userID: try UserID("@ann:example.org").orThrow("a user"), deviceID: DeviceID(device),
      accessToken: AccessToken(token), refreshToken: AccessToken("r-" + token), expiresIn: expiresIn)
  }

  @Test(arguments: [("https://other.example", "DEVICE"), ("https://hs.example.org", "OTHER")])
  func aKeeperTakesNoTokensOfAnotherSession(_ url: String, _ device: String) async throws {
    try await store.add(account(), credentials("one"))
    let keeper = store.keeper(of: try account())
    let other = try account(at: url, device: device)
    try await store.add(other, credentials("two", device: device))
    #expect(try await keeper.kept() == nil)
    #expect(try await store.credentials(of: account()) == nil)
    #expect(try await !keeper.keep(credentials("three")))
    #expect(try await store.credentials(of: other)?.accessToken == AccessToken("two"))
    try await store.remove(account())
    #expect(try store.accounts() == [other])
  }

  @Test func aLoginWaitsForTheRenewalOfItsUser() async throws {
    let store = AccountStore(folder: place, time: RealPauses())
    try await store.add(account(), credentials("one"))
    let (keeper, account) = (store.keeper(of: try account()), try account())
    let (next, last) = (try credentials("renewed"), try credentials("login"))
    let isBegun = Box<Bool>()
    async let renewal: Bool? = keeper.alone(isUrgent: true) {
      isBegun.set(true)
      usleep(100_000)
      return await keeper.keep(next)
    }
    while isBegun.value == nil { try await Task.sleep(for: .milliseconds(1)) }
    try await store.add(account, last)
    #expect(await renewal == true)
    #expect(try await store.credentials(of: account)?.accessToken == AccessToken("login"))
  }

  @Test func anEarlyRenewalIsSkippedWhereAnotherProcessIsAtIt() async throws {
    let simulation = Simulation()
    let time = simulation.time
    let store = AccountStore(folder: place, time: time)
    try await store.add(account(), credentials("one"))
    let (one, other) = (store.keeper(of: try account()), store.keeper(of: try account()))
    let outcome = Box<[Bool]>()
    simulation.start {
      _ = await one.alone(isUrgent: true) { try? await time.sleep(until: .origin + .seconds(300)) }
    }
    for isUrgent in [false, true] {
      simulation.start {
        let ran = await other.alone(isUrgent: isUrgent) { time.instant }
        outcome.set((outcome.value ?? []) + [ran.map { $0 >= .origin + .seconds(100) } ?? false])
      }
      simulation.advance(by: .seconds(60))
    }
    #expect(outcome.value == [false, true])
  }

  @Test(arguments: [(Int.max, 315_360_000_000), (-5, 0)])
  func aLifeIsAtMostTenYears(_ given: Int, _ kept: Int) async throws {
    try await store.add(account(), credentials("one", expiresIn: given))
    #expect(try await store.credentials(of: account())?.expiresIn == kept)
  }

  @Test(arguments: [Int64.min, -1, 0, .max])
  func whatAFileSaysOfALifeIsNoReasonToTrap(_ end: Int64) async throws {
    try await store.add(account(), credentials("one", expiresIn: 1))
    time.move(to: time.instant + .seconds(10))
    let path = try folderFile()
    let text = String(decoding: try RegularFile(path).bytes(atMost: 65_536), as: UTF8.self)
    let start = try text.firstRange(of: #""expires_at":"#).orThrow("a time").upperBound
    let rest = text[start...].drop { $0.isNumber || $0 == "-" }
    try PrivateFile.replace(path, with: text[..<start] + "\(end)" + rest)
    let life = try await store.credentials(of: account())?.expiresIn
    #expect(life == (end == .max ? 315_360_000_000 : 0))
  }

  @Test func tokensOfTheGreatestLengthAreKept() async throws {
    let long = String(repeating: "\u{1}", count: 4_094)
    try await store.add(account(), credentials(long))
    #expect(try await store.credentials(of: account()) == credentials(long))
  }

  // MARK: Keyrings

  /// Behaves like `secret-tool` with one secret, after `first`.
  private func keyring(_ first: String = "") throws -> Keyring {
    let script = """
      #!/bin/sh
      \(first)
      case "$1" in
        store) cat > \(folder.path)/ring ;;
        lookup) cat \(folder.path)/ring 2>/dev/null ;;
        clear) rm -f \(folder.path)/ring ;;
      esac
      """
    try folder.write(script, to: "secret-tool")
    chmod(folder.path + "/secret-tool", 0o700)
    return Keyring(program: folder.path + "/secret-tool", environment: ["PATH=/usr/bin:/bin"])
  }

  @Test func aKeyringThatIsLockedIsNotAnEmptyOne() async throws {
    let account = try account(isInKeyring: true)
    let store = AccountStore(folder: place, keyring: try keyring(), time: time)
    try await store.add(account, credentials("one"))
    for end in ["echo locked >&2; exit 1", "exit 2", "kill -9 $$"] {
      _ = try keyring(end)
      await #expect(throws: CredentialProblem.self) { try await store.keeper(of: account).kept() }
      await #expect(throws: FileProblem.self) { try await store.remove(account) }
    }
    _ = try keyring("exit 1")
    #expect(try await store.credentials(of: account) == nil)
    _ = try keyring("echo locked >&2; exit 1")
    try await store.remove(account, leavesKeyring: true)
    #expect(try store.accounts().isEmpty)
  }

  @Test func aFileInPlaceOfAKeyringEmptiesIt() async throws {
    let store = AccountStore(folder: place, keyring: try keyring(), time: time)
    try await store.add(account(isInKeyring: true), credentials("one"))
    #expect(access(folder.path + "/ring", F_OK) == 0)
    try await store.add(account(), credentials("two"))
    #expect(access(folder.path + "/ring", F_OK) != 0)
    #expect(try await store.credentials(of: account())?.accessToken == AccessToken("two"))
  }

  @Test(.timeLimit(.minutes(1))) func aKeyringThatDoesNotAnswerIsGivenUp() async throws {
    let (account, credentials) = (try account(isInKeyring: true), try credentials("one"))
    let store = AccountStore(folder: place, keyring: try keyring("sleep 20"), time: HastyTime())
    let problem = await #expect(throws: FileProblem.self) { try await store.add(account, credentials) }
    #expect(problem?.message.contains("within 10 s") == true)
    #expect(try store.accounts().isEmpty)
  }

  private func folderFile() throws -> String {
    let directory = try opendir(place).orThrow("the folder")
    defer { closedir(directory) }
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name.hasSuffix(".json") { return place + "/" + name }
    }
    return try (nil as String?).orThrow("a file")
  }
}

/// A clock whose waits are over at once.
private struct HastyTime: Timekeeper {
  var instant: Instant { .origin }
  var wallTime: WallTime { WallTime(milliseconds: 0) }

  func sleep(until deadline: Instant) async throws {}
}
