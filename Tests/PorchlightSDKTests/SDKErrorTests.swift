import MatrixWire
import PorchlightSDK
import PorchlightTestSupport
import Ports
import Testing

/// What a refusal means, also where a proxy says it that has no word of Matrix.
struct SDKErrorTests {
  private struct Proxy: Exchange {
    let answer: WireResponse

    func send(_ request: WireRequest) async throws -> WireResponse { answer }
  }

  private let simulation = Simulation()

  private func session(_ answer: WireResponse) throws -> Session {
    try Client(exchange: Proxy(answer: answer), time: simulation.time).session(
      Credentials(userID: Sample.bob, deviceID: nil, accessToken: AccessToken("token")))
  }

  private func refusal(
    _ status: Int, retryAfter: String? = nil, _ body: String = "<html>slow down</html>"
  ) throws -> SDKError {
    let headers = retryAfter.map { [WireResponse.Header("Retry-After", $0)] } ?? []
    let session = try session(WireResponse(status: status, headers: headers, body: Array(body.utf8)))
    let error = #expect(throws: SDKError.self) {
      try simulation.run { try await session.setStatus(.busy, text: nil) }
    }
    return try #require(error)
  }

  @Test(arguments: [408, 429, 500, 502, 503, 599])
  func aRefusalThatPassesIsTriedAgain(status: Int) throws {
    #expect(try refusal(status).isTransient)
  }

  @Test(arguments: [400, 403, 404, 405, 413])
  func aRefusalThatIsAnAnswerIsNot(status: Int) throws {
    #expect(try !refusal(status, #"{"errcode":"M_FORBIDDEN","error":"no"}"#).isTransient)
  }

  @Test(arguments: [429, 503])
  func aProxysWaitIsKept(status: Int) throws {
    #expect(try refusal(status, retryAfter: "7").retryAfter == .seconds(7))
  }

  @Test func aRateLimitIsSaidOnce() throws {
    let body = #"{"errcode":"M_LIMIT_EXCEEDED","error":"Too often. Try again in 1 s.","retry_after_ms":1000}"#
    #expect(try refusal(429, body).message == "Too often. Try again in 1 s.")
  }

  @Test func aRateLimitWithoutAWaitIsFiveSeconds() throws {
    #expect(try refusal(429).retryAfter == .seconds(5))
  }

  @Test func aWaitWithoutEndIsADay() throws {
    let body = #"{"errcode":"M_LIMIT_EXCEEDED","error":"x","retry_after_ms":9223372036854775807}"#
    #expect(try refusal(429, body).retryAfter == .seconds(86_400))
  }

  @Test func aStreamComesBackAfterAWaitWithoutEnd() throws {
    let body = #"{"errcode":"M_LIMIT_EXCEEDED","error":"x","retry_after_ms":9223372036854775807}"#
    let session = try session(WireResponse(status: 429, body: Array(body.utf8)))
    let retryAt = try simulation.run {
      for try await step in session.events(seed: 1) {
        if case .interrupted(_, let retryAt) = step { return retryAt }
      }
      return Instant.origin
    }
    #expect(retryAt == .origin + .seconds(86_400))
  }
}
