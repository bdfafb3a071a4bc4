internal import AccountStore
internal import Glibc
internal import HTTPTestSupport
internal import MatrixWire
internal import PorchlightTestSupport
internal import Ports
internal import SmallFiles
internal import Testing

/// Accounts on disk: what is kept, for whom, and by how many at once.
struct AccountStoreTests {
  private let folder: TemporaryFolder
  private let time = VirtualTime()
  private var place: String { folder.path + "/accounts" }
  private var store: AccountStore { AccountStore(folder: place, time: time) }

  init() throws { folder = try TemporaryFolder() }

  private func user(_ name: String) throws -> UserID { try UserID("@\(name):example.org").orThrow("a user") }

  private func account(_ name: String, isInKeyring: Bool = false) throws -> Account {
    Account(
      userID: try user(name), baseURL: try WebURL("https://hs.example.org").orThrow("a URL"),
      deviceID: DeviceID("DEVICE"), method: .password, isInKeyring: isInKeyring)
  }

  private func credentials(_ name: String, _ token: String, expiresIn: Int? = nil) throws -> Credentials {
    Credentials(
      userID: try user(name), deviceID: DeviceID("DEVICE"), accessToken: AccessToken(token),
      refreshToken: AccessToken("r-" + token), expiresIn: expiresIn)
  }

  private func names() throws -> [String] { try store.accounts().map { String($0.userID.localpart) } }

  @Test func nothingIsThereAtFirst() async throws {
    #expect(try store.accounts().isEmpty)
    #expect(try store.defaultAccount() == nil)
    #expect(try await store.credentials(of: account("ann")) == nil)
    #expect(folder.mode(of: "accounts") == nil)
  }

  @Test func whatIsKeptIsItsOwnersAlone() async throws {
    try await store.add(account("ann"), credentials("ann", "one"))
    #expect(folder.mode(of: "accounts") == 0o700)
    let file = try files().first { $0.hasSuffix(".json") }.orThrow("a file")
    #expect(folder.mode(of: "accounts/" + file) == 0o600)
    #expect(try store.account(of: user("ann")) == account("ann"))
    #expect(try await store.credentials(of: account("ann")) == credentials("ann", "one"))
  }

  @Test func theFirstIsTheDefaultUntilAnotherIsChosen() async throws {
    for name in ["bea", "ann", "cid"] { try await store.add(account(name), credentials(name, name)) }
    #expect(try names() == ["ann", "bea", "cid"])
    #expect(try store.defaultAccount() == account("bea"))
    try await store.setDefault(user("cid"))
    #expect(try store.defaultAccount() == account("cid"))
    try await store.remove(account("cid"))
    #expect(try store.defaultAccount() == account("ann"))
    #expect(try await store.credentials(of: account("cid")) == nil)
    await #expect(throws: FileProblem.self) { try await store.setDefault(user("cid")) }
  }

  @Test func anAccessTokenGrowsOldBetweenTwoRuns() async throws {
    try await store.add(account("ann"), credentials("ann", "one", expiresIn: 300_000))
    time.move(to: time.instant + .seconds(100))
    #expect(try await store.credentials(of: account("ann"))?.expiresIn == 200_000)
    time.move(to: time.instant + .seconds(1_000))
    #expect(try await store.credentials(of: account("ann"))?.expiresIn == 0)
  }

  @Test func aFileOthersMayReadIsRefused() async throws {
    try await store.add(account("ann"), credentials("ann", "one"))
    let file = try files().first { $0.hasSuffix(".json") }.orThrow("a file")
    chmod(place + "/" + file, 0o644)
    await #expect(throws: FileProblem.self) { try await store.credentials(of: account("ann")) }
  }

  @Test func aBrokenFileIsSaidWithoutItsContent() async throws {
    try await store.add(account("ann"), credentials("ann", "one"))
    let file = try files().first { $0.hasSuffix(".json") }.orThrow("a file")
    try folder.write("secret-token", to: "accounts/" + file)
    let problem = #expect(throws: FileProblem.self) { try store.accounts() }
    #expect(problem?.message.contains("secret") == false)
  }

  @Test func manyWritersAtOnceLoseNothing() async throws {
    let store = AccountStore(folder: place, time: RealPauses())
    let names = (0..<16).map { "u\($0)" }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for name in names {
        let (account, credentials) = (try account(name), try credentials(name, name))
        group.addTask { try await store.add(account, credentials) }
      }
      try await group.waitForAll()
    }
    #expect(try store.accounts().count == 16)
    for name in names {
      #expect(try await store.credentials(of: account(name))?.accessToken == AccessToken(name))
    }
  }

  // MARK: Keeping a session

  @Test func renewedTokensLast() async throws {
    try await store.add(account("ann"), credentials("ann", "one"))
    let (one, other) = (store.keeper(of: try account("ann")), store.keeper(of: try account("ann")))
    #expect(try await one.keep(credentials("ann", "two", expiresIn: 1_000)))
    #expect(try await other.kept()?.accessToken == AccessToken("two"))
    #expect(try store.account(of: user("ann")) == account("ann"))
  }

  @Test func tokensOfAnAccountThatIsGoneAreNotKept() async throws {
    try await store.add(account("ann"), credentials("ann", "one"))
    try await store.remove(account("ann"))
    #expect(try await !store.keeper(of: account("ann")).keep(credentials("ann", "two")))
    #expect(try store.accounts().isEmpty)
  }

  @Test func oneProcessRenewsAtATime() async throws {
    try await store.add(account("ann"), credentials("ann", "one"))
    let account = try account("ann")
    let store = AccountStore(folder: place, time: RealPauses())
    let most = await withTaskGroup(of: Int?.self) { group in
      let inside = Box<Int>()
      inside.set(0)
      for _ in 0..<4 {
        group.addTask {
          await store.keeper(of: account).alone(isUrgent: true) {
            inside.set((inside.value ?? 0) + 1)
            usleep(5_000)
            let count = inside.value ?? 0
            inside.set(count - 1)
            return count
          }
        }
      }
      return await group.reduce(0) { max($0, $1 ?? 9) }
    }
    #expect(most == 1)
  }

  // MARK: Keyring

  /// Behaves like `secret-tool`, with files for a keyring, and notes its arguments.
  private func keyring(_ end: String = "") throws -> Keyring {
    let script = """
      #!/bin/sh
      \(end)
      echo "$*" >> \(folder.path)/arguments
      verb=$1; shift
      [ "$verb" = store ] && shift 2
      file=\(folder.path)/ring-$(echo "$4" | tr -c 'a-z\\n' _)
      case "$verb" in
        store) cat > "$file" ;;
        lookup) cat "$file" 2>/dev/null ;;
        clear) rm -f "$file" ;;
      esac
      """
    try folder.write(script, to: "secret-tool")
    chmod(folder.path + "/secret-tool", 0o700)
    return Keyring(program: folder.path + "/secret-tool", environment: ["PATH=/usr/bin:/bin"])
  }

  @Test func aKeyringHasTheTokensAndTheFileDoesNot() async throws {
    let store = AccountStore(folder: place, keyring: try keyring(), time: time)
    try await store.add(account("ann", isInKeyring: true), credentials("ann", "sesame"))
    for file in try files() {
      #expect(try String(contentsOfFile: place + "/" + file).contains("sesame") == false)
    }
    #expect(try String(contentsOfFile: folder.path + "/arguments").contains("sesame") == false)
    #expect(try await store.credentials(of: account("ann")) == credentials("ann", "sesame"))
    #expect(try await store.keeper(of: account("ann")).keep(credentials("ann", "two")))
    #expect(try await store.credentials(of: account("ann"))?.accessToken == AccessToken("two"))
    try await store.remove(account("ann"))
    #expect(try store.accounts().isEmpty)
  }

  @Test func aKeyringIsTriedBeforeItIsTrusted() async throws {
    try await keyring().probe(on: time)
    let silent = try keyring("exit 1")
    await #expect(throws: FileProblem.self) { try await silent.probe(on: time) }
    let missing = Keyring(program: folder.path + "/none", environment: [])
    await #expect(throws: FileProblem.self) { try await missing.probe(on: time) }
  }

  private func files() throws -> [String] {
    let directory = try opendir(place).orThrow("the folder")
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      names.append(
        withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) })
    }
    return names.filter { !$0.hasPrefix(".") }
  }
}

extension String {
  fileprivate init(contentsOfFile path: String) throws {
    self.init(decoding: try RegularFile(path).bytes(atMost: 65_536), as: UTF8.self)
  }
}

/// A clock that pauses for real, for locks between threads.
struct RealPauses: Timekeeper {
  var instant: Instant {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    return Instant(nanoseconds: Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec))
  }
  var wallTime: WallTime { WallTime(milliseconds: instant.nanoseconds / 1_000_000) }

  func sleep(until deadline: Instant) async throws { try await Task.sleep(for: deadline - instant) }
}
