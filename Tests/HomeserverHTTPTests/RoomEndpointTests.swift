internal import HTTPTestSupport
internal import Homeserver
internal import HomeserverHTTP
internal import MatrixWire
internal import PorchlightTestSupport
internal import Testing

/// Every endpoint of rooms over a socket, in every version: names in paths arrive as they were meant, and every answer is
/// JSON.
@Suite(.usesRealTime, .timeLimit(.minutes(5))) struct RoomEndpointTests {
  @Test(arguments: ["api/v1", "r0", "v3"])
  func everyEndpointAnswersAsTheTableSays(prefix: String) async throws {
    try await withServedHomeserver { server in
      let homeserver = server.homeserver
      let respond: RoomScene.Respond = { await homeserver.respond(to: $0, from: .inProcess) }
      let users = try await RoomScene.Users(respond)
      try await withRawClient(to: server.endpoint) { client in
        var number = 1
        for endpoint in RoomEndpointCases.all {
          let differences = try await endpoint.differences(
            under: prefix, of: users, number: number, respond
          ) { request in
            let token = request.accessToken.map { "Authorization: Bearer \($0.rawValue)\r\n" } ?? ""
            try await client.send(
              Array(
                "\(request.method.rawValue) \(request.target) HTTP/1.1\r\nHost: h\r\n\(token)Content-Length: \(request.body.count)\r\n\r\n"
                  .utf8) + request.body)
            let answer = try await client.answer().orThrow("an answer to \(request.target)")
            #expect(answer.headers["content-type"] == "application/json")
            return (answer.status, answer.body)
          }
          for difference in differences { Issue.record("\(difference)") }
          number += endpoint.scenes
        }
      }
    }
  }
}
