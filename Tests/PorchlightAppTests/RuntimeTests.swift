import MatrixWire
import PorchlightConfig
import PorchlightSDK
import PorchlightTestSupport
import Ports
import Screen
import Testing

@testable import PorchlightApp

@Suite(.serialized, .usesRealTime, .timeLimit(.minutes(5))) struct RuntimeTests {
  private let server = ScriptedExchange()
  private let time = ManualTime()
  private let device = OffscreenDevice(size: Size(rows: 24, columns: 80))

  /// Runs the roster beside a script of what happens, and returns how it ended.
  private func play(_ script: () async -> Void) async throws -> ExitReason {
    let token = try #require(AccessToken("secret"))
    let device = try #require(DeviceID("PORCH"))
    let session = try Client(exchange: server, time: time).session(
      Credentials(userID: .own, deviceID: device, accessToken: token))
    let runtime = Runtime(
      session: session, device: self.device, time: time, options: AppOptions(theme: Theme(.dark), seed: 1))
    async let reason = runtime.run()
    await script()
    return await reason
  }

  /// Lets the others work until it is so.
  private func until(
    _ condition: () -> Bool, sourceLocation: SourceLocation = #_sourceLocation
  ) async {
    while !condition() {
      // The suite's time limit cancels the test.
      guard !Task.isCancelled else {
        Issue.record(
          "it never came to be so: \(server.calls)\n\(device.grid.text)", sourceLocation: sourceLocation)
        return
      }
      await Task.yield()
    }
  }

  private func until(shown text: String, sourceLocation: SourceLocation = #_sourceLocation) async {
    await until({ device.grid.text.contains(text) }, sourceLocation: sourceLocation)
  }

  private func connect() async {
    server.answerPoll([.own(.online, "in the workshop")] + .person("bob", .online), position: "s1")
    await until(shown: "live")
  }

  private func type(_ key: Key) { device.send(.key(key)) }

  @Test func theFirstFrameComesBeforeTheServerAnswers() async throws {
    _ = try await play {
      await until(shown: "connecting...")
      type("q")
    }
  }

  @Test func quittingTellsTheServer() async throws {
    let reason = try await play {
      await connect()
      type("q")
    }
    #expect(reason == .quit)
    #expect(server.calls.last?.contains("\"closing\":true") == true)
  }

  @Test func aSilentServerDelaysQuittingByASecondAtMost() async throws {
    let reason = try await play {
      await connect()
      server.fallSilent()
      type("q")
      await until { server.calls.last?.contains("closing") == true }
      await until { time.deadlines.contains(time.instant + .seconds(1)) }
      time.advance(by: .seconds(1))
    }
    #expect(reason == .quit)
  }

  @Test func theDeviceSaysAtOnceThatSomebodyIsThere() async throws {
    _ = try await play {
      await until { !server.calls.isEmpty }
      type("q")
    }
    #expect(server.calls.first?.contains("\"idle_ms\":0") == true)
    #expect(server.calls.first?.contains("terminal") == true)
  }

  @Test func aChoiceTravelsToTheServerAndItsEchoConfirmsIt() async throws {
    _ = try await play {
      await connect()
      type("3")
      await until(shown: "(sending)")
      await until { server.calls.contains { $0.contains("status") && $0.contains("in the workshop") } }
      server.answerPoll([.own(.busy, "in the workshop")], position: "s2")
      await until { !device.grid.text.contains("(sending)") }
      #expect(device.grid.text(row: 0).contains("⊘ busy"))
      type("q")
    }
  }

  @Test func aChoiceMadeJustBeforeQuittingArrives() async throws {
    _ = try await play {
      await connect()
      type("3")
      type("q")
    }
    #expect(server.calls.contains { $0.contains("status") && $0.contains("busy") })
  }

  @Test func nothingIsPresentedWhenNothingChanges() async throws {
    _ = try await play {
      await connect()
      let before = device.presentations
      server.answerPoll([.state("bob", .online)], position: "s2")
      server.answerPoll([], position: "s3")
      // After an empty answer that came too soon the stream rests for a second.
      await until { time.deadlines.contains(time.instant + .seconds(1)) }
      time.advance(by: .seconds(1))
      server.answerPoll([.state("bob", .busy)], position: "s4")
      await until(shown: "⊘ bob")
      #expect(device.presentations == before + 1)
      type("q")
    }
  }

  @Test func thePictureIsWhatAFreshRenderWouldBe() async throws {
    _ = try await play {
      await connect()
      for key: Key in ["j", "?", .escape, "s", .home, .escape, "i", "o"] { type(key) }
      device.resize(to: Size(rows: 10, columns: 40))
      await until(shown: " @mara")
      #expect(device.grid.size == Size(rows: 10, columns: 40))
      type("q")
    }
  }

  @Test func idlenessIsReportedWhenItsTimeHasCome() async throws {
    _ = try await play {
      await connect()
      await until { time.deadlines.contains(time.instant + .seconds(240)) }
      time.advance(by: .seconds(240))
      await until(shown: "idle in 60s")
      time.advance(by: .seconds(60))
      // The poll has run out meanwhile, so that this may be "offline to others (idle)" already.
      await until { device.grid.text(row: 0).contains("idle") }
      await until { server.calls.contains { $0.contains("\"idle_ms\":300000") } }
      type("q")
    }
  }

  @Test func onlyOneSleeperWaitsForTheScreen() async throws {
    _ = try await play {
      await connect()
      for _ in 0..<20 {
        type("j")
        time.advance(by: .seconds(1))
      }
      type("i")
      await until { !device.grid.text.contains("active now") }
      // The others are the poll's and nothing else's.
      await until { time.deadlines.count <= 2 }
      type("q")
    }
  }

  @Test func suspensionPaintsTheScreenAnew() async throws {
    _ = try await play {
      await connect()
      let before = device.presentations
      type(.control("z"))
      await until { device.presentations == before + 1 }
      #expect(device.suspensions == 1)
      type("q")
    }
  }

  @Test func theEndOfTheSessionIsShownAndReturned() async throws {
    let reason = try await play {
      await connect()
      server.refusePoll(MatrixError(.unknownToken, "removed"), status: 401)
      await until(shown: "You are logged out")
      type(.enter)
    }
    #expect(reason == .loggedOut(SDKError(.loggedOut, "The session has ended: removed")))
  }

  /// The other answer is lost on its way.
  @Test(arguments: ["versions", "capabilities"])
  func whatTheServerSpeaksIsKnownWithoutItsRuleAndTheReverse(lost: String) async throws {
    server.answer("versions", with: .json(VersionsAnswer(versions: ["v1.11"], unstableFeatures: [:])))
    server.answer(
      "capabilities",
      with: .json(CapabilitiesAnswer([:], presenceSharing: PresenceSharingRule(rule: .spec, largestRoom: 1))))
    server.answer(lost, with: WireResponse(status: 502, body: []))
    _ = try await play {
      server.answerPoll(
        [.own(), .state("cid", .online)],
        rooms: .joined([.room("square", "Square", .everyone, with: ["cid"])]), position: "s1")
      await until(shown: lost == "versions" ? "no room you share shows them" : "connected, no lists")
      type("q")
    }
  }

  @Test func theEndOfInputEndsIt() async throws {
    let reason = try await play {
      await connect()
      device.finish()
    }
    #expect(reason == .endOfInput)
  }

  @Test func anAnswerToAnInviteTravelsToTheServer() async throws {
    _ = try await play {
      server.answerPoll([.own(), .invite("ola")], position: "s1")
      await until(shown: "ola")
      type("A")
      await until { server.calls.contains { $0.contains("\"accept\":[\"@ola:harbor.example\"]") } }
      await until(shown: "(accepting)")
      server.answerPoll([.invite("ola", .accepted)], position: "s2")
      await until { !device.grid.text.contains("(accepting)") }
      type("q")
    }
  }
}
