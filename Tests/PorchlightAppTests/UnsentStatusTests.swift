import MatrixWire
import PorchlightConfig
import PorchlightSDK
import PorchlightTestSupport
import Ports
import Screen
import Synchronization
import Testing

@testable import PorchlightApp

/// A status that is pending when the roster ends.
@Suite(.usesRealTime, .timeLimit(.minutes(5))) struct UnsentStatusTests {
  private static let before = StatusUpdate(presence: .online, statusMessage: "in the workshop")
  private static let busy = StatusUpdate(presence: .busy, statusMessage: "at lunch")

  /// A roster that starts with what the one before could not send.
  private func scene(_ own: StreamEvent) -> Scene {
    var scene = Scene(isConnected: false)
    scene.model.own.kept = UnsentStatus(wanted: Self.busy, before: Self.before)
    scene.receive([own], isComplete: true)
    return scene
  }

  @Test func itIsSentAtTheNextStart() {
    let scene = scene(.own(.online, "in the workshop"))
    #expect(scene.intents == [.askVersions, .publish(Self.busy)])
    #expect(scene.model.own.status.wanted == Self.busy)
    #expect(scene.line(with: "sending what you chose last time: busy, at lunch") != nil)
  }

  @Test func itIsSentOnce() {
    var scene = scene(.own(.online, "in the workshop"))
    scene.receive([.own(.online, "in the workshop")])
    #expect(scene.intents == [])
  }

  @Test func whatAnotherClientChoseSinceStays() {
    let scene = scene(.own(.unavailable, "asleep"))
    #expect(scene.intents == [.askVersions])
    #expect(scene.model.own.status.wanted == nil)
    #expect(scene.line(with: "not sent, as you have changed your status since") != nil)
  }

  @Test func whatHasArrivedAfterAllIsNotSentAgain() {
    let scene = scene(.own(.busy, "at lunch"))
    #expect(scene.intents == [.askVersions])
    #expect(scene.model.notices.current == nil)
  }

  @Test func itIsKeptOnWhereTheServerIsStillAway() {
    var scene = Scene(isConnected: false)
    scene.model.own.kept = UnsentStatus(wanted: Self.busy, before: Self.before)
    scene.interrupt()
    #expect(scene.model.unsent == UnsentStatus(wanted: Self.busy, before: Self.before))
  }

  @Test func whatTheServerHasTakenIsNotKept() {
    var scene = Scene([.own(.online, "in the workshop")])
    scene.press("3")
    #expect(scene.model.unsent?.wanted.presence == .busy)
    #expect(scene.model.unsent?.before == Self.before)
    scene.send(.publishing(.published(StatusUpdate(presence: .busy, statusMessage: "in the workshop"))))
    #expect(scene.model.unsent == nil)
  }

  @Test(arguments: [true, false])
  func quittingWhileTheServerIsSilentKeepsIt(isSilent: Bool) async throws {
    let (server, time) = (ScriptedExchange(), ManualTime())
    let device = OffscreenDevice(size: Size(rows: 24, columns: 80))
    let session = try Client(exchange: server, time: time).session(
      Credentials(userID: .own, deviceID: nil, accessToken: AccessToken("secret")))
    let kept = Mutex<[UnsentStatus?]>([])
    var options = AppOptions(theme: Theme(.dark), seed: 1)
    options.keepUnsentStatus = { status in kept.withLock { $0.append(status) } }
    let runtime = Runtime(session: session, device: device, time: time, options: options)
    async let reason = runtime.run()
    server.answerPoll([.own(.online, "in the workshop")], position: "s1")
    while !device.grid.text.contains("live"), !Task.isCancelled { await Task.yield() }
    if isSilent { server.fallSilent() }
    device.send(.key(.character("3")))
    while !device.grid.text.contains("busy"), !Task.isCancelled { await Task.yield() }
    device.send(.key(.character("q")))
    if isSilent {
      while !time.deadlines.contains(time.instant + .seconds(1)), !Task.isCancelled { await Task.yield() }
      time.advance(by: .seconds(1))
    }
    #expect(await reason == .quit)
    let busy = StatusUpdate(presence: .busy, statusMessage: "in the workshop")
    #expect(
      kept.withLock(\.self) == (isSilent ? [UnsentStatus(wanted: busy, before: Self.before)] : [nil]))
  }
}
