import MatrixWire
import PorchlightTestSupport
import Ports
import Testing

/// Everything that a user may make long, each with the number that bounds it.
struct TooLongRequestTests {
  private static let own = "unstable/chat.porchlight/presence/list"
  private static let user = "v3/user/@ann:harbor.example"

  /// Something that is refused by its length, before anything is done with it.
  struct Long: Sendable, CustomTestStringConvertible {
    let name: String
    let method: WireRequest.Method
    let path: String
    var body = ""
    var query: [WireRequest.QueryItem] = []
    var code = "400 M_TOO_LARGE"

    var testDescription: String { name }
  }

  private static func list(_ count: Int, _ element: (Int) -> String) -> String {
    (0..<count).map(element).joined(separator: ",")
  }

  private static func filter(_ part: String) -> String { #"{"presence":{"not_types":[\#(part)]}}"# }

  private static let many = filter(list(513) { "\"m.\($0)\"" })
  private static let globs = filter(list(9) { "\"*\($0)x\"" })
  private static let long = filter("\"" + String(repeating: "*e", count: 4_000) + "\"")
  private static let huge = #"{"presence":{"senders":[\#(list(1_500) { "\"@u\($0):x.y\"" })]}}"#
  private static let names = list(1_001) { "\"@u\($0):x\"" }

  static let refused: [Long] =
    [many, globs, long].flatMap { filter in
      [
        Long(name: "a stored filter", method: .post, path: "\(user)/filter", body: filter),
        Long(name: "a filter in /sync", method: .get, path: "v3/sync", query: [.init("filter", filter)]),
        Long(name: "a filter in /events", method: .get, path: "r0/events", query: [.init("filter", filter)]),
      ]
    }
    + ["invite", "drop", "accept", "deny", "revoke"].map { verb in
      Long(name: "a list request: \(verb)", method: .post, path: own, body: #"{"\#(verb)":[\#(names)]}"#)
    }
    + [
      Long(name: "a long filter in /sync", method: .get, path: "v3/sync", query: [.init("filter", huge)]),
      Long(
        name: "groups", method: .post, path: own,
        body: #"{"groups":{\#(list(4_500) { "\"@\($0)\":[\"\"]" })}}"#),
      Long(
        name: "the standard's list request", method: .post, path: "v3/presence/list/@ann:harbor.example",
        body: #"{"drop":[\#(list(600) { "\"@u\($0):x\"" })],"invite":[\#(list(600) { "\"@u\($0):x\"" })]}"#),
      Long(
        name: "a status text", method: .put, path: "v3/presence/@ann:harbor.example/status",
        body: #"{"presence":"online","status_msg":"\#(String(repeating: "x", count: 1_025))"}"#),
      Long(
        name: "a type of account data", method: .put,
        path: "\(user)/account_data/" + String(repeating: "x", count: 256), body: "{}",
        code: "400 M_INVALID_PARAM"),
      Long(
        name: "a body", method: .put, path: "\(user)/account_data/x",
        body: #"{"x":"\#(String(repeating: "x", count: 65_536))"}"#, code: "413 M_TOO_LARGE"),
    ]

  @Test(arguments: refused) func whatIsTooLongIsRefused(_ long: Long) throws {
    let testClient = try TestClient()
    let ann = try testClient.token("ann")
    let answer = try testClient.send(long.method, long.path, long.body, as: ann, query: long.query)
    #expect(answer.code == long.code)
  }
}
