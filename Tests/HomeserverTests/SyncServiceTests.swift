import MatrixWire
import PorchlightTestSupport
import Ports
import PresenceCore
import Testing

@testable import Homeserver

/// Polls and streams without a server around them: what waits, what is woken, and what is answered.
struct SyncServiceTests {
  private let time = VirtualTime()
  private let ann: UserID
  private let bob: UserID
  private let tty: DeviceID
  private var rules: PresenceRules
  private var sync: SyncService

  init() throws {
    ann = try UserID("@ann:red.example").orThrow("a user")
    bob = try UserID("@bob:red.example").orThrow("a user")
    tty = try DeviceID("tty").orThrow("a device")
    rules = PresenceRules(server: ann.server)
    for user in [ann, bob] { rules.register(user, now: time.now) }
    let accounts = AccountRegistry(
      server: ann.server, stored: StoredServer(), secrets: TestSecrets(), random: SeededGenerator(seed: 1))
    sync = SyncService(hub: SyncHub(time: time), accounts: accounts, batching: .zero, life: 3)
  }

  /// A poll of Ann's from where her stream is, or from its beginning.
  private mutating func poll(
    fromNow: Bool, _ answer: Box<WireResponse>
  ) throws -> OpenPoll {
    let request = WireRequest(.get, ["sync"], query: [.init("timeout", "1000")])
    let parameters = try PollParameters(request, of: .sync, longestWait: .seconds(300)) { _ in nil }
    let poll = Poll(
      Device(user: ann, id: tty), TokenDigest(bytes: [1]), StreamForm(.withSender, .exact), parameters
    ) { answer.set($0) }
    let (stream, _) = try rules.streamOpened(of: ann, on: tty, poll.intent, now: time.now)
    let position = sync.position(of: ann)
    return OpenPoll(
      poll: poll, stream: stream, since: fromNow ? position : nil,
      start: fromNow ? sync.token(of: position) : nil,
      deadline: time.instant + .seconds(1))
  }

  private func text(_ answer: Box<WireResponse>) -> String {
    answer.value.map { String(decoding: $0.body, as: UTF8.self) } ?? "nothing"
  }

  @Test mutating func aPollWithoutNewsWaitsAndIsWokenByNews() throws {
    let answer = Box<WireResponse>()
    let open = try poll(fromNow: true, answer)
    var (answered, unread) = sync.answer([open], rules, time.now)
    #expect(answered.isEmpty && unread.isEmpty)
    #expect(sync.hub.waitingCount == 1)
    sync.accountDataChanged("m.direct", of: bob)
    #expect(sync.wake() == false)
    #expect(sync.takeWoken().isEmpty, "that was another's")
    sync.presenceChanged(ann, isLocal: true, toOthers: false)
    #expect(sync.wake() == false)
    let woken = sync.takeWoken()
    #expect(woken.count == 1)
    (answered, unread) = sync.answer(woken, rules, time.now)
    #expect(answered.count == 1 && unread.isEmpty)
    #expect(text(answer).contains(#""next_batch":"p3_1""#))
    #expect(text(answer).contains(#""sender":"@ann:red.example""#))
  }

  @Test mutating func aPollFromTheBeginningIsAnsweredAtOnce() throws {
    let answer = Box<WireResponse>()
    let open = try poll(fromNow: false, answer)
    #expect(sync.answer([open], rules, time.now).answered.count == 1)
    #expect(text(answer).contains(#""next_batch":"p3_0""#))
  }

  @Test mutating func whatADeviceWaitedForEndsWithIt() throws {
    let answer = Box<WireResponse>()
    let open = try poll(fromNow: true, answer)
    _ = sync.answer([open], rules, time.now)
    sync.presenceChanged(ann, isLocal: true, toOthers: false)
    _ = sync.wake()
    #expect(sync.end(open.device).count == 1, "woken, and not answered yet")
    #expect(sync.takeWoken().isEmpty)
    #expect(sync.hub.waitingCount == 0)
    #expect(answer.value == nil)
  }

  @Test mutating func positionsOfThisLifeAreReachedAndOthersBeginAnew() throws {
    func poll(since token: String) throws -> Poll {
      let request = WireRequest(.get, ["sync"], query: [.init("since", token)])
      return Poll(
        Device(user: ann, id: tty), TokenDigest(bytes: [1]), StreamForm(.withSender, .exact),
        try PollParameters(request, of: .sync, longestWait: .zero) { _ in nil }
      ) { _ in }
    }
    sync.presenceChanged(ann, isLocal: true, toOthers: false)
    #expect(try sync.position(of: poll(since: "p3_1")) == StreamPosition(life: 3, version: 1))
    #expect(try sync.position(of: poll(since: "p2_9")) == nil)
    #expect(throws: APIError.self) { try sync.position(of: poll(since: "p3_2")) }
    #expect(throws: APIError.self) { try sync.position(of: poll(since: "x")) }
  }

  @Test mutating func whatIsPostponedIsTakenByItsReaderOrInItsTime() {
    let event = ListEvent(userID: bob, state: .accepted, sender: bob)
    sync.postpone(.list(owner: ann, event), at: time.instant)
    sync.postpone(.list(owner: bob, event), at: time.instant)
    #expect(sync.takePostponed(dueAt: time.instant).isEmpty)
    #expect(sync.takePostponed(for: ann).count == 1)
    let due = sync.nextDeadline ?? .origin
    #expect(due > time.instant)
    #expect(sync.takePostponed(dueAt: due).map(\.reader) == [bob])
    #expect(sync.nextDeadline == nil)
  }
}
