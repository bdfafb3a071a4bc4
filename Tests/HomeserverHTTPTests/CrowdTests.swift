internal import HTTPTestSupport
internal import Homeserver
internal import MatrixWire
internal import PorchlightTestSupport
internal import Synchronization
internal import Testing

/// One change that is told to more polls than one turn takes. Those who were told are not read until all are.
@Suite(.usesRealTime, .timeLimit(.minutes(5))) struct CrowdTests {
  private static let crowd = 160

  private final class Answers: Sendable {
    let count = Atomic(0)
  }

  @Test func thoseWhoHangUpAreGoneAndTheOthersWaitAgain() async throws {
    try await withServedHomeserver { server in
      func ask(_ request: WireRequest, as token: AccessToken) async -> WireResponse {
        var request = request
        request.accessToken = token
        return await server.homeserver.respond(to: request, from: .inProcess)
      }
      let ann = try await server.token(of: "ann")
      let user = try UserID("@ann:harbor.example").orThrow("a user")
      let made = await ask(ClientAPI.createRoom(CreateRoomRequest(preset: .publicChat)), as: ann)
      let room = try WireJSON.decode(RoomIDAnswer.self, from: made.body).roomID
      var members: [AccessToken] = []
      for number in 0..<Self.crowd {
        let member = try await server.token(of: "member\(number)")
        #expect(await ask(ClientAPI.join(room), as: member).status == 200)
        members.append(member)
      }
      let answers = Answers()
      try await withThrowingTaskGroup(of: Void.self) { group in
        for (number, member) in members.enumerated() {
          let position = try await server.position(of: member).rawValue
          group.addTask {
            // Two polls in the same words, then one half hangs up.
            try await follow(server, member, position, answers, polls: number % 2 == 0 ? 3 : 2)
          }
        }
        var expected = 0
        for (text, waiting) in [("first", Self.crowd), ("second", Self.crowd), ("third", Self.crowd / 2)] {
          #expect(await eventually { server.homeserver.waitingPolls == waiting })
          let update = StatusUpdate(presence: .online, statusMessage: text)
          #expect(await ask(ClientAPI.setStatus(update, of: user), as: ann).status == 200)
          expected += waiting
          let all = expected
          #expect(await eventually { answers.count.load(ordering: .relaxed) == all })
        }
        try await group.waitForAll()
      }
      #expect(await eventually { server.homeserver.waitingPolls == 0 })
    }
  }

  private func follow(
    _ server: ServedHomeserver, _ token: AccessToken, _ position: String, _ answers: Answers,
    polls: Int
  ) async throws {
    var position = position
    try await withRawClient(to: server.endpoint) { client in
      for _ in 0..<polls {
        try await client.send(
          "GET /_matrix/client/v3/sync?timeout=300000&set_presence=offline&since=\(position) HTTP/1.1\r\n"
            + "Host: h\r\nAuthorization: Bearer \(token.rawValue)\r\n\r\n")
        let answer = try await client.answer().orThrow("an answer")
        #expect(answer.status == 200)
        position = try WireJSON.decode(SyncAnswer.self, from: Array(answer.body.utf8)).nextBatch.rawValue
        answers.count.add(1, ordering: .relaxed)
      }
    }
  }
}
