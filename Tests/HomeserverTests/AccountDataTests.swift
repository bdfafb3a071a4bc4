import Homeserver
import MatrixWire
import PorchlightTestSupport
import Testing

/// Account data and stored filters.
struct AccountDataTests {
  private let testClient: TestClient
  private let ann: AccessToken
  private let path = "v3/user/@ann:harbor.example/account_data"

  init() throws {
    testClient = try TestClient()
    ann = try testClient.token("ann")
  }

  @Test func whatWasPutComesBackByteByByte() throws {
    let content = #"{ "@bob:x": ["!room"], "n": 1.0e2 }"#
    #expect(try testClient.send(.put, "\(path)/m.direct", content, as: ann).code == "200 -")
    let answer = try testClient.send(.get, "r0/user/@ann:harbor.example/account_data/m.direct", as: ann)
    #expect(answer.text == content)
    #expect(answer.response.header("content-type") == "application/json")
    #expect(try testClient.send(.put, "\(path)/m.direct", "{}", as: ann).code == "200 -")
    #expect(try testClient.send(.get, "\(path)/m.direct", as: ann).text == "{}")
  }

  @Test func whatWasNeverPutIsNotFound() throws {
    #expect(try testClient.send(.get, "\(path)/m.direct", as: ann).code == "404 M_NOT_FOUND")
  }

  @Test(arguments: [
    ("[]", "400 M_BAD_JSON"), ("1", "400 M_BAD_JSON"), ("null", "400 M_BAD_JSON"), ("{", "400 M_NOT_JSON"),
    ("", "400 M_NOT_JSON"), ("{}{}", "400 M_NOT_JSON"), ("{} x", "400 M_NOT_JSON"),
  ])
  func onlyAnObjectIsKept(body: String, expected: String) throws {
    #expect(try testClient.send(.put, "\(path)/com.example", body, as: ann).code == expected)
  }

  @Test func otherEncodingsAreNotKept() throws {
    let utf16 = Array("{}".utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] })
    var request = WireRequest(
      .put, ["_matrix", "client"] + path.split(separator: "/").map(String.init) + ["t"])
    request.accessToken = ann
    request.body = utf16
    #expect(Answer(response: try testClient.server.respond(to: request)).code == "400 M_NOT_JSON")
  }

  @Test func typesOfOtherBytesAreOtherTypes() throws {
    let (one, other) = ("caf\u{E9}", "cafe\u{301}")
    #expect(one == other)
    #expect(try testClient.send(.put, "\(path)/\(one)", #"{"n":1}"#, as: ann).code == "200 -")
    #expect(try testClient.send(.get, "\(path)/\(other)", as: ann).code == "404 M_NOT_FOUND")
    #expect(try testClient.send(.put, "\(path)/\(other)", #"{"n":2}"#, as: ann).code == "200 -")
    #expect(try testClient.send(.get, "\(path)/\(one)", as: ann).text == #"{"n":1}"#)
    #expect(try testClient.send(.get, "\(path)/\(other)", as: ann).text == #"{"n":2}"#)
  }

  @Test func accountDataIsItsOwnersAlone() throws {
    let bob = try testClient.token("bob")
    _ = try testClient.send(.put, "\(path)/m.direct", "{}", as: ann)
    for path in [path, "v3/user/@nobody:harbor.example/account_data"] {
      #expect(try testClient.send(.get, "\(path)/m.direct", as: bob).code == "403 M_FORBIDDEN")
      #expect(try testClient.send(.put, "\(path)/m.direct", "{}", as: bob).code == "403 M_FORBIDDEN")
    }
  }

  @Test func aTypeHasALength() throws {
    let type = String(repeating: "x", count: 255)
    #expect(try testClient.send(.put, "\(path)/\(type)", "{}", as: ann).code == "200 -")
    #expect(try testClient.send(.put, "\(path)/\(type)x", "{}", as: ann).code == "400 M_INVALID_PARAM")
    #expect(try testClient.send(.put, "\(path)/", "{}", as: ann).code == "400 M_INVALID_PARAM")
    #expect(try testClient.send(.put, "\(path)/m.push_rules", "{}", as: ann).code == "405 M_BAD_JSON")
  }

  @Test func onePersonKeepsAMebibyteAtMost() throws {
    let content = #"{"a":"\#(String(repeating: "x", count: 60_000))"}"#
    var codes: [String] = []
    for number in 0..<20 {
      codes.append(try testClient.send(.put, "\(path)/t\(number)", content, as: ann).code)
    }
    #expect(codes.prefix(17) == Array(repeating: "200 -", count: 17)[...])
    #expect(codes.suffix(3) == Array(repeating: "400 M_TOO_LARGE", count: 3)[...])
    // What is there can still be changed, and be made smaller.
    #expect(try testClient.send(.put, "\(path)/t0", "{}", as: ann).code == "200 -")
    #expect(try testClient.send(.put, "\(path)/t19", content, as: ann).code == "200 -")
  }

  @Test func theNamesOfAPersonsTypesHave64KibibytesAtMost() throws {
    func type(_ number: Int) -> String { String(repeating: "x", count: 252) + String(number) }
    for number in 100..<357 {
      #expect(try testClient.send(.put, "\(path)/\(type(number))", "{}", as: ann).code == "200 -")
    }
    #expect(try testClient.send(.put, "\(path)/\(type(357))", "{}", as: ann).code == "400 M_TOO_LARGE")
    #expect(try testClient.send(.put, "\(path)/a", "{}", as: ann).code == "200 -")
    #expect(try testClient.send(.put, "\(path)/\(type(100))", #"{"a":1}"#, as: ann).code == "200 -")
  }
}
