import MatrixWire
import PorchlightTestSupport
import Testing

@testable import Homeserver

/// Every row of the table of endpoints, asked as its path says.
struct EndpointTableTests {
  private let simulation = Simulation()
  private let server: TestHomeserver

  init() throws { server = try TestNetwork().start("harbor.example", in: simulation, seed: 1) }

  private var rows: [Endpoint] { server.homeserver.table.rows }

  /// What a row answers that is asked about `user`.
  private func answer(
    _ row: Endpoint, about user: String, as token: AccessToken?, by method: WireRequest.Method? = nil
  ) throws -> WireResponse {
    let prefix: [String] =
      switch row.area {
      case .clientServer: ["_matrix", "client", "v3"]
      case .porchlight: ["_matrix", "client", "unstable", UnstablePrefix.namespace]
      case .root: []
      }
    let path = row.path.segments.map { segment in
      switch segment {
      case .literal(let text): text
      case .user: "@\(user):harbor.example"
      case .server: "harbor.example"
      case .room: "!hall:harbor.example"
      case .event: "$event"
      case .alias, .roomOrAlias: "#hall:harbor.example"
      case .device, .transaction, .text, .stateKey, .anythingOrNothing: "something"
      }
    }
    return try server.respond(
      to: WireRequest(
        method ?? row.method, prefix + path, query: [.init("timeout", "0")], accessToken: token,
        body: Array("{}".utf8)))
  }

  private func code(_ answer: WireResponse) -> String {
    "\(answer.status) \(answer.error?.code.rawValue ?? "-")"
  }

  @Test func everyRowIsFoundAndReadsWhatItsPathNames() throws {
    #expect(rows.count > 35)
    for (number, row) in rows.enumerated() {
      // Some end the session they are asked by.
      let token = try server.token(of: "ann\(number)")
      let answer = try answer(row, about: "ann\(number)", as: token)
      #expect(answer.status < 500, "\(row.method) \(row.path)")
      #expect(answer.error?.code != .unrecognized, "\(row.method) \(row.path)")
    }
  }

  @Test func aRowThatAsksForASessionRefusesAClientWithoutOne() throws {
    for row in rows where row.access.asksForToken {
      #expect(
        code(try answer(row, about: "ann", as: nil)) == "401 M_MISSING_TOKEN", "\(row.method) \(row.path)")
    }
  }

  @Test func aRowForAUserThemselvesRefusesOthers() throws {
    let (_, bob) = (try server.token(of: "ann"), try server.token(of: "bob"))
    var asked = 0
    for row in rows {
      guard case .owner(let refusal) = row.access else { continue }
      asked += 1
      let expected = "\(refusal.response.status) \(refusal.error.code.rawValue)"
      #expect(code(try answer(row, about: "ann", as: bob)) == expected, "\(row.method) \(row.path)")
    }
    #expect(asked >= 9)
  }

  @Test func noTwoRowsAreForTheSameRequest() {
    for (number, row) in rows.enumerated() {
      let twin = rows.dropFirst(number + 1).first { other in
        other.area == row.area && other.method == row.method && other.path == row.path
      }
      #expect(twin == nil, "\(row.method) \(row.path)")
    }
  }

  @Test func aMethodThatNoRowHasIsRefused() throws {
    for row in rows {
      let methods = rows.filter { $0.area == row.area && $0.path == row.path }.map(\.method)
      for method in [WireRequest.Method.get, .put, .post, .delete] where !methods.contains(method) {
        let answer = try answer(row, about: "ann", as: nil, by: method)
        #expect(code(answer) == "405 M_UNRECOGNIZED", "\(method) \(row.path)")
      }
    }
  }

  @Test func aLastSegmentThatIsNotLookedAtMayLack() {
    let template: PathTemplate = ["server", .anythingOrNothing]
    #expect(template.matches(["server"]))
    #expect(template.matches(["server", "ed25519:1"]))
    #expect(!template.matches(["server", "ed25519:1", "more"]))
    #expect(!template.matches([]))
  }
}
