import MatrixWire
import PorchlightSDK
import PorchlightTestSupport
import Ports
import Synchronization
import Testing

/// What the publisher sends, and when.
struct PublisherTests: FaultyWayTests {
  let scene: FaultyWay

  init() throws { scene = try FaultyWay() }

  private final class Outcomes: Sendable {
    private let list = Mutex<[PresencePublisher.Outcome]>([])

    func add(_ outcome: PresencePublisher.Outcome) { list.withLock { $0.append(outcome) } }

    var all: [PresencePublisher.Outcome] { list.withLock { $0 } }
  }

  private func publisher(spacing: Duration = .seconds(1)) -> (PresencePublisher, Outcomes) {
    let publisher = PresencePublisher(
      source: ListRosterSource(ann, deviceType: .terminal, seed: 1), spacing: spacing, seed: 1)
    let outcomes = Outcomes()
    simulation.start { await publisher.run { outcomes.add($0) } }
    return (publisher, outcomes)
  }

  private var puts: [WireRequest] { way.requests(.put, endingIn: "status") }

  @Test func theFirstChangeGoesOutAtOnce() {
    let (publisher, outcomes) = publisher()
    let update = StatusUpdate(presence: .busy, statusMessage: "now")
    publisher.publish(update)
    simulation.drain()
    #expect(outcomes.all == [.published(update)])
  }

  @Test func mashedKeysCostTwoRequestsAndEndRight() throws {
    let (publisher, _) = publisher(spacing: .seconds(10))
    for number in 1...20 {
      publisher.publish(StatusUpdate(presence: .online, statusMessage: "text \(number)"))
      simulation.advance(by: .milliseconds(250))
    }
    simulation.advance(by: .seconds(10))
    #expect(puts.count == 2)
    let status = try simulation.run { [ann] in try await ann.status(of: ann.userID) }
    #expect(status.statusMessage == "text 20")
  }

  @Test func aChangeMadeWithoutAConnectionArrivesWhenThereIsOne() throws {
    let (publisher, outcomes) = publisher()
    way.cut()
    publisher.publish(StatusUpdate(presence: .unavailable, statusMessage: "old"))
    simulation.advance(by: .seconds(20))
    publisher.publish(StatusUpdate(presence: .busy, statusMessage: "new"))
    simulation.advance(by: .seconds(20))
    way.cut(false)
    simulation.advance(by: .seconds(75))
    #expect(outcomes.all.last == .published(StatusUpdate(presence: .busy, statusMessage: "new")))
    let status = try simulation.run { [ann] in try await ann.status(of: ann.userID) }
    #expect(status.choice == .busy)
    #expect(status.statusMessage == "new")
  }

  @Test func aRefusedChangeIsGivenUp() {
    let (publisher, outcomes) = publisher()
    let update = StatusUpdate(presence: .online, statusMessage: String(repeating: "x", count: 2000))
    publisher.publish(update)
    simulation.advance(by: .seconds(300))
    guard case .refused(update, _)? = outcomes.all.first else {
      Issue.record("not refused: \(outcomes.all)")
      return
    }
    #expect(puts.count == 1)
  }

  @Test func idlenessIsOneMessageAtItsStartAndOneAtItsEnd() {
    let (publisher, _) = publisher()
    publisher.reportIdle(since: simulation.time.instant)
    simulation.advance(by: .seconds(3600))
    publisher.reportIdle(since: nil)
    simulation.advance(by: .seconds(3600))
    #expect(way.requests(.put, endingIn: "device").count == 2)
  }

  @Test func idlenessReportedLateStartsWhereItStarted() throws {
    server.connect(ann)
    let (publisher, _) = publisher()
    simulation.advance(by: .seconds(100))
    way.cut()
    publisher.reportIdle(since: simulation.time.instant)
    simulation.advance(by: .seconds(50))
    way.cut(false)
    simulation.advance(by: .seconds(70))
    let status = try simulation.run { [ann] in try await ann.status(of: ann.userID) }
    #expect(status.state == .unavailable)
    #expect(status.idleAgo == 120_000)
  }

  @Test func idlenessThatBeganAndEndedWithoutAConnectionIsNotTold() {
    let (publisher, _) = publisher()
    way.cut()
    publisher.reportIdle(since: simulation.time.instant)
    simulation.advance(by: .seconds(20))
    publisher.reportIdle(since: nil)
    let tried = way.requests(.put, endingIn: "device").count
    way.cut(false)
    simulation.advance(by: .seconds(75))
    let told = way.requests(.put, endingIn: "device").dropFirst(tried)
      .map { try? WireJSON.decode(DeviceReport.self, from: $0.body).idleness }
    #expect(told == [.active])
  }

  @Test func aLoggedOutSessionIsSaid() throws {
    let (publisher, outcomes) = publisher()
    try simulation.run { [ann] in try await ann.logout() }
    publisher.publish(StatusUpdate(presence: .busy, statusMessage: nil))
    simulation.advance(by: .seconds(1))
    guard case .loggedOut? = outcomes.all.first else {
      Issue.record("not said: \(outcomes.all)")
      return
    }
  }

  @Test func aStatusChangedOnAnotherDeviceCanBeSetAgain() throws {
    let (publisher, _) = publisher()
    let busy = StatusUpdate(presence: .busy, statusMessage: nil)
    publisher.publish(busy)
    simulation.advance(by: .seconds(2))
    try simulation.run { [ann] in try await ann.setStatus(.online, text: nil) }
    publisher.publish(busy)
    simulation.advance(by: .seconds(2))
    let status = try simulation.run { [ann] in try await ann.status(of: ann.userID) }
    #expect(status.choice == .busy)
  }
}
