import MatrixWire
import PorchlightSDK
import PorchlightTestSupport
import Ports
import Testing

@testable import PorchlightSDK

/// What users are seen to do in rooms, where nothing else is known of them.
struct TraceLogTests {
  private static let start: Int64 = 1_000_000_000

  private let room = Sample.room("chat")
  private var log = TraceLog(of: Sample.me)

  /// So many seconds after the beginning.
  private func at(_ seconds: Int) -> Moment {
    Moment(instant: Sample.at(seconds), wall: WallTime(milliseconds: Self.start + Int64(seconds) * 1000))
  }

  private func event(
    _ type: String, by user: UserID, at seconds: Int, _ content: RoomEvent.Content = .unrecognized,
    before: Membership? = nil
  ) -> RoomEvent {
    var event = RoomEvent(type: type, sender: user, content: content)
    event.originServerTimestamp = Self.start + Int64(seconds) * 1000
    event.previousMembership = before
    return event
  }

  private mutating func take(
    _ timeline: [RoomEvent] = [], _ ephemeral: [EphemeralEvent] = [], at seconds: Int
  ) -> [UserID: Trace] {
    let update = RoomUpdate(timeline: timeline, ephemeral: ephemeral)
    return log.apply(RoomsUpdate(joined: [room: update]), at: at(seconds))
  }

  private func read(by user: UserID, at seconds: Int, _ type: ReceiptType = .read) throws -> EphemeralEvent {
    let event = try #require(EventID("$event"))
    return .receipts(
      [Receipt(eventID: event, type: type, user: user, timestamp: Self.start + Int64(seconds) * 1000)])
  }

  @Test(arguments: ["m.room.message", "m.room.encrypted", "m.reaction"])
  mutating func whoSaysAnythingWrote(type: String) {
    #expect(take([event(type, by: Sample.ann, at: 60)], at: 100) == [Sample.ann: Trace(.wrote, at: at(60))])
  }

  @Test mutating func aReceiptIsATrace() throws {
    #expect(take([], [try read(by: Sample.ann, at: 90)], at: 100) == [Sample.ann: Trace(.read, at: at(90))])
    #expect(take([], [try read(by: Sample.bob, at: 90, .privateRead)], at: 100).isEmpty)
  }

  @Test mutating func theNewestCounts() throws {
    _ = take([event("m.room.message", by: Sample.ann, at: 60)], [try read(by: Sample.ann, at: 90)], at: 100)
    #expect(log.traces[Sample.ann]?.act == .read)
    #expect(take([event("m.room.message", by: Sample.ann, at: 70)], at: 110).isEmpty)
    #expect(take([event("m.room.message", by: Sample.ann, at: 105)], at: 110)[Sample.ann]?.act == .wrote)
  }

  @Test mutating func whoTypesDoesSoUntilTheyStopOrHaveWritten() throws {
    #expect(take([], [.typing([Sample.ann])], at: 10) == [Sample.ann: Trace(.typed, at: at(10), isNow: true)])
    #expect(take([], [try read(by: Sample.ann, at: 11)], at: 12).isEmpty)
    #expect(take([], [.typing([])], at: 20) == [Sample.ann: Trace(.typed, at: at(20))])
    _ = take([], [.typing([Sample.bob])], at: 30)
    #expect(take([event("m.room.message", by: Sample.bob, at: 31)], at: 31)[Sample.bob]?.act == .wrote)
    #expect(take([], [.typing([])], at: 32).isEmpty)
  }

  @Test mutating func whoIsNotSaidToTypeAnyMoreHasStopped() {
    _ = take([], [.typing([Sample.ann])], at: 10)
    let other = RoomsUpdate(joined: [room: RoomUpdate()])
    #expect(log.apply(other, at: at(11)).isEmpty)
    #expect(log.apply(other, isComplete: true, at: at(12)) == [Sample.ann: Trace(.typed, at: at(12))])
    _ = take([], [.typing([Sample.ann])], at: 20)
    #expect(log.keep([room], at: at(21)).isEmpty)
    #expect(log.keep([], at: at(22)) == [Sample.ann: Trace(.typed, at: at(22))])
  }

  @Test mutating func aProfileIsToldFromAnArrival() {
    let content = RoomEvent.Content.member(Sample.ann, MemberContent(.join, displayName: "A"))
    #expect(take([event("m.room.member", by: Sample.ann, at: 5, content)], at: 9)[Sample.ann]?.act == .joined)
    let renamed = event("m.room.member", by: Sample.ann, at: 6, content, before: .join)
    #expect(take([renamed], at: 9)[Sample.ann]?.act == .changedProfile)
  }

  /// Being invited or removed is what another did.
  @Test mutating func whatOthersDoToAUserIsNoTraceOfThem() {
    let content = RoomEvent.Content.member(Sample.ann, MemberContent(.invite))
    #expect(take([event("m.room.member", by: Sample.bob, at: 5, content)], at: 9).isEmpty)
  }

  @Test mutating func oneselfLeavesNone() throws {
    let mine = event("m.room.message", by: Sample.me, at: 5)
    #expect(take([mine], [.typing([Sample.me]), try read(by: Sample.me, at: 6)], at: 9).isEmpty)
  }

  @Test mutating func aClockThatIsAheadMakesNothingOfTheFuture() {
    #expect(
      take([event("m.room.message", by: Sample.ann, at: 500)], at: 9) == [
        Sample.ann: Trace(.wrote, at: at(9))
      ])
  }

  @Test mutating func theServersAgeCountsMoreThanTheSendersClock() {
    var old = event("m.room.message", by: Sample.ann, at: 500)
    old.age = 4000
    #expect(take([old], at: 10) == [Sample.ann: Trace(.wrote, at: at(6))])
  }
}

/// Traces in the roster of a server without presence.
struct TraceTests {
  private let scene: OrdinaryScene

  private var server: OrdinaryServer { scene.server }
  private var simulation: Simulation { scene.simulation }

  init() throws { scene = try OrdinaryScene() }

  private var traced: [WireRequest] {
    server.polls.filter { $0.query("filter")?.contains("m.typing") == true }
  }

  @Test func wherePresenceIsOffWhatAContactDoesIsTold() throws {
    server.tell(scene.chats(with: [scene.bob]))
    server.reply("GET status", with: #"{"presence":"offline"}"#)
    let (_, roster) = try scene.start()
    let filter = try #require(traced.last?.query("filter"))
    #expect(filter.contains(#""rooms":["!r0:plain.example"]"#))
    #expect(traced.allSatisfy { $0.query("set_presence") == "offline" })
    let typing = #"{"type":"m.typing","content":{"user_ids":["\#(scene.bob)"]}}"#
    // Either poll takes it; the roster's own would find nothing in it.
    for _ in 1...4 {
      server.tell(#""rooms":{"join":{"!r0:plain.example":{"ephemeral":{"events":[\#(typing)]}}}}"#)
    }
    simulation.advance(by: .seconds(3))
    let contact = try #require(roster.value?.contact(scene.bob))
    #expect(contact.trace?.isNow == true)
    #expect(contact.state == .unknown && contact.unknownReason == .presenceOff)
  }

  @Test func wherePresenceWorksNobodyIsLookedFor() throws {
    server.tell(
      scene.chats(with: [scene.bob], presence: [(scene.ann, #"{"presence":"online"}"#)]))
    _ = try scene.start()
    simulation.advance(by: .seconds(60))
    #expect(traced.isEmpty)
  }
}
