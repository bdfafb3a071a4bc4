import MatrixWire
import PorchlightTestSupport
import Ports
import PresenceCore
import Testing

@testable import Homeserver

/// A client that asks again as soon as it was answered: its stream goes on, and its poll is opened a moment later.
struct RepeatedPollTests {
  private let time = VirtualTime()
  private let ann: UserID
  private let tty: DeviceID
  private var rules: PresenceRules
  private var sync: SyncService

  init() throws {
    ann = try UserID("@ann:red.example").orThrow("a user")
    tty = try DeviceID("tty").orThrow("a device")
    rules = PresenceRules(server: ann.server)
    rules.register(ann, now: time.now)
    let accounts = AccountRegistry(
      server: ann.server, stored: StoredServer(), secrets: TestSecrets(), random: SeededGenerator(seed: 1))
    sync = SyncService(hub: SyncHub(time: time), accounts: accounts, batching: .zero, life: 3)
  }

  private func poll(isRepeatable: Bool = true, timeout: Int = 1_000) throws -> Poll {
    let request = WireRequest(
      .get, ["sync"], query: [.init("since", "p3_0"), .init("timeout", "\(timeout)")])
    return Poll(
      Device(user: ann, id: tty), TokenDigest(bytes: [1]), StreamForm(.withSender, .exact),
      try PollParameters(request, of: .sync, longestWait: .seconds(300)) { _ in nil },
      isRepeatable: isRepeatable
    ) { _ in }
  }

  /// A poll that was answered.
  private mutating func answered(isRepeatable: Bool = true) throws -> OpenPoll {
    let poll = try poll(isRepeatable: isRepeatable)
    let (stream, _) = try rules.streamOpened(of: ann, on: tty, poll.intent, now: time.now)
    let open = OpenPoll(poll: poll, stream: stream, since: nil, start: nil, deadline: time.instant)
    open.answer(.stream([]))
    return open
  }

  private func repeated(_ poll: Poll) throws -> Poll {
    Poll(poll, since: try SyncToken("p3_1").orThrow("a position"))
  }

  // MARK: Streams

  @Test mutating func theNextPollGoesOnWithTheStream() throws {
    let open = try answered()
    #expect(sync.keepStreams(of: [open], at: time.instant).isEmpty)
    #expect(try repeated(open.poll).inherited == open.stream)
    #expect(rules.mayGoOn(open.stream, of: ann, on: tty, open.poll.intent))
    #expect(try repeated(open.poll).inherited == nil, "two polls at once have two streams")
    time.move(to: time.instant + .seconds(2))
    #expect(sync.takeLapsedStreams(at: time.instant).isEmpty)
  }

  @Test mutating func aStreamThatNoPollGoesOnWithEndedWhenItsPollWasAnswered() throws {
    let open = try answered()
    let began = time.instant
    _ = sync.keepStreams(of: [open], at: began)
    #expect(sync.takeLapsedStreams(at: began + .milliseconds(999)).isEmpty)
    #expect(sync.nextDeadline == began + .seconds(1))
    let lapsed = sync.takeLapsedStreams(at: began + .seconds(1))
    #expect(lapsed.map(\.stream) == [open.stream])
    #expect(lapsed.map(\.endedAt) == [began])
    #expect(try repeated(open.poll).inherited == nil, "it has ended")
    #expect(sync.nextDeadline == nil)
  }

  @Test func aPollThatNeverWaitsIsNotGoneOnWith() throws {
    #expect(try poll(timeout: 1).isRepeatable)
    #expect(try !poll(timeout: 0).isRepeatable)
  }

  @Test mutating func aPollThatNobodyCanRepeatEndsItsStream() throws {
    let open = try answered(isRepeatable: false)
    #expect(sync.keepStreams(of: [open], at: time.instant).map(\.stream) == [open.stream])
    #expect(try repeated(open.poll).inherited == nil)
  }

  @Test mutating func streamsThatWentOnCauseNoTurn() throws {
    for _ in 0..<10 {
      let open = try answered()
      _ = sync.keepStreams(of: [open], at: time.instant)
      #expect(try repeated(open.poll).inherited == open.stream)
    }
    time.move(to: time.instant + .milliseconds(900))
    let last = try answered()
    _ = sync.keepStreams(of: [last], at: time.instant)
    #expect(sync.takeLapsedStreams(at: time.instant + .milliseconds(100)).isEmpty)
    #expect(sync.nextDeadline == time.instant + .seconds(1), "that of the one that may lapse")
  }

  @Test mutating func lapsedStreamsAreTakenSomeAtATime() throws {
    for _ in 0..<16 { _ = sync.keepStreams(of: [try answered()], at: time.instant) }
    for _ in 0..<100 { _ = sync.keepStreams(of: [try OpenPoll.answered(like: poll())], at: time.instant) }
    let late = time.instant + .seconds(5)
    let first = sync.takeLapsedStreams(at: late)
    #expect(first.count == 64)
    #expect(sync.nextDeadline.map { $0 <= late } == true, "the rest is due at once")
    #expect(sync.takeLapsedStreams(at: late).count == 52)
  }

  // MARK: Postponed

  @Test func postponedPollsAreHandedOverTogetherAndInTheirOrder() throws {
    let polls = try (0..<3).map { _ in try poll() }
    for poll in polls { #expect(sync.hub.postpone(poll, now: time.instant)) }
    let taken = sync.hub.takePostponed(now: time.instant, othersWait: false)
    #expect(taken.count == 3 && zip(taken, polls).allSatisfy { $0 === $1 })
    #expect(sync.hub.takePostponed(now: time.instant, othersWait: false).isEmpty)
  }

  @Test func thePostponedPollsOfADeviceEndWithIt() throws {
    #expect(sync.hub.postpone(try poll(), now: time.instant))
    let other = Device(user: ann, id: try DeviceID("pc").orThrow("a device"))
    #expect(sync.hub.takePostponed(of: other).isEmpty)
    #expect(sync.hub.takePostponed(of: Device(user: ann, id: tty)).count == 1)
    #expect(sync.hub.takePostponed(now: time.instant, othersWait: false).isEmpty)
  }

  @Test func othersComeFirstButNotForLong() throws {
    #expect(sync.hub.postpone(try poll(), now: time.instant))
    let early = time.instant + .milliseconds(249)
    #expect(sync.hub.takePostponed(now: early, othersWait: true).isEmpty)
    #expect(sync.hub.takePostponed(now: early + .milliseconds(1), othersWait: true).count == 1)
  }

  @Test func ofManyAPartIsOpenedAtOnce() throws {
    for _ in 0..<100 { #expect(sync.hub.postpone(try poll(), now: time.instant)) }
    #expect(sync.hub.takePostponed(now: time.instant, othersWait: false).count == 64)
    #expect(sync.hub.takePostponed(now: time.instant, othersWait: false).count == 36)
  }

  @Test func aServerThatStopsTakesNoneIn() throws {
    #expect(sync.hub.postpone(try poll(), now: time.instant))
    _ = sync.hub.close()
    #expect(!sync.hub.postpone(try poll(), now: time.instant))
    #expect(sync.hub.takeAllPostponed().count == 1)
  }
}

extension OpenPoll {
  /// One that was answered, without a stream of the rules.
  fileprivate static func answered(like poll: Poll) -> OpenPoll {
    let open = OpenPoll(
      poll: poll, stream: StreamID(number: 1), since: nil, start: nil, deadline: .origin)
    open.answer(.stream([]))
    return open
  }
}
