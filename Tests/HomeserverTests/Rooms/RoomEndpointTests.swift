import MatrixWire
import PorchlightTestSupport
import Testing

@testable import Homeserver

/// Every endpoint of rooms in the same process, in every version: what it does, what it refuses, and to whom.
struct RoomEndpointTests {
  @Test(arguments: ["api/v1", "r0", "v3"], RoomEndpointCases.all.indices)
  func anEndpointAnswersAsTheTableSays(prefix: String, _ index: Int) throws {
    let server = try TestHomeserver(Simulation())
    let homeserver = server.homeserver
    let differences = try server.simulation.run {
      let respond: RoomScene.Respond = { await homeserver.respond(to: $0, from: .inProcess) }
      let users = try await RoomScene.Users(respond)
      return try await RoomEndpointCases.all[index].differences(
        under: prefix, of: users, number: 1, respond
      ) { request in
        let answer = try await respond(request)
        return (answer.status, String(decoding: answer.body, as: UTF8.self))
      }
    }
    for difference in differences { Issue.record("\(difference)") }
  }

  @Test func theTableHasEveryEndpointOfRoomsWithCasesOfEveryKind() throws {
    let homeserver = try TestHomeserver(Simulation()).homeserver
    let rows = RoomFamilies(
      server: homeserver.configuration.name, authenticator: homeserver.authenticator,
      presence: homeserver.presence,
      reader: RoomReader(presence: homeserver.presence, accounts: homeserver.accounts, time: homeserver.time)
    ).endpoints
    for row in rows {
      // Where two templates fit a path, the first holds.
      let found = RoomEndpointCases.all.filter { endpoint in
        let path = endpoint.first.path.split(separator: "/", omittingEmptySubsequences: false).map(
          String.init)
        let first = rows.first { $0.path.matches(path[...]) }
        return endpoint.first.method == row.method && first?.path == row.path
      }
      #expect(found.count == 1, "\(row.method) \(row.path)")
      #expect(
        Set(found.flatMap(\.cases).map(\.kind)) == Set(RoomCase.Kind.allCases), "\(row.method) \(row.path)")
    }
    #expect(RoomEndpointCases.all.count == rows.count)
  }
}
