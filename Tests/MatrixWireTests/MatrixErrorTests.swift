import MatrixWire
import Testing

/// The error envelope, and what an answer's refusal says (Protocol 1.2, 1.3).
struct MatrixErrorTests {
  static func answer(_ status: Int, _ body: String = "{}", retryAfter: String? = nil) -> WireResponse {
    WireResponse(
      status: status, headers: retryAfter.map { [.init("retry-AFTER", $0)] } ?? [], body: Array(body.utf8))
  }

  @Test func anErrorIsWrittenExactly() {
    #expect(json(MatrixError(.forbidden, "No.")) == #"{"errcode":"M_FORBIDDEN","error":"No."}"#)
    #expect(
      json(MatrixError(.limitExceeded, "No.", retryAfter: 2000))
        == #"{"errcode":"M_LIMIT_EXCEEDED","error":"No.","retry_after_ms":2000}"#)
  }

  @Test(arguments: [
    (#"{"errcode":"M_FORBIDDEN","error":"No.","softer":true}"#, MatrixError(.forbidden, "No.")),
    (
      #"{"errcode":"M_UNKNOWN_TOKEN","error":"No.","soft_logout":true}"#,
      MatrixError(.unknownToken, "No.", softLogout: true)
    ),
    (#"{"errcode":"M_FORBIDDEN","error":"No.","soft_logout":1}"#, MatrixError(.forbidden, "No.")),
    (#"{"errcode":"M_FORBIDDEN"}"#, MatrixError(.forbidden, "M_FORBIDDEN")),
    (#"{"errcode":"M_FORBIDDEN","error":null,"retry_after_ms":"x"}"#, MatrixError(.forbidden, "M_FORBIDDEN")),
    (
      #"{"errcode":"M_ODD","retry_after_ms":-7}"#,
      MatrixError(ErrorCode(rawValue: "M_ODD"), "M_ODD", retryAfter: 0)
    ),
    (
      #"{"errcode":"M_ODD","retry_after_ms":9223372036854775807}"#,
      MatrixError(ErrorCode(rawValue: "M_ODD"), "M_ODD", retryAfter: 86_400_000)
    ),
  ])
  func anErrorIsReadLeniently(text: String, error: MatrixError) throws {
    #expect(try decode(text) == error)
  }

  @Test(arguments: [200, 201, 299])
  func aSuccessIsNoError(status: Int) {
    #expect(Self.answer(status, #"{"errcode":"M_FORBIDDEN","error":"No."}"#).error == nil)
  }

  @Test(arguments: ["", "<html>", "[]", #"{"error":"No."}"#, #"{"errcode":7}"#])
  func aRefusalThatIsNotMatrixNamesTheStatus(body: String) {
    #expect(
      Self.answer(502, body).error == MatrixError(.unknown, "The server answered with status 502."))
  }

  static let waits: [(Int?, String?, Int?)] = [
    (nil, nil, nil), (2000, nil, 2000), (nil, "3", 3000), (2000, "3", 3000), (5000, "3", 5000),
    (2000, "soon", 2000), (2000, "-3", 2000), (nil, "99999999999999999999", nil), (nil, "86401", nil),
  ]

  @Test(arguments: waits)
  func theLongerWaitCounts(body: Int?, header: String?, wait: Int?) {
    let text = json(MatrixError(.limitExceeded, "No.", retryAfter: body))
    #expect(Self.answer(429, text, retryAfter: header).error?.retryAfter == wait)
  }

  @Test func aHeaderIsFoundInAnyCase() {
    #expect(Self.answer(200, retryAfter: "3").header("Retry-After") == "3")
  }

  @Test func aJSONAnswerSaysSoExactly() {
    let expected = WireResponse(
      status: 200, headers: [.init("Content-Type", "application/json")], body: Array("{}".utf8))
    #expect(WireResponse.json(Empty()) == expected)
  }
}
