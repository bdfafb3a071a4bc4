internal import HTTPTestSupport
internal import HomeserverHTTP
internal import MatrixWire
internal import NetworkExchange
internal import PorchlightTestSupport
internal import Ports
internal import Testing

/// Requests to whole URLs: what is sent, and what is no answer.
@Suite(.usesRealTime, .timeLimit(.minutes(5))) struct NetworkWebTests {
  private let web = NetworkWeb(proxies: ProxyRules(proxy: nil, exceptions: nil), time: RealTime())

  private func url(_ endpoint: HTTPServer.Endpoint, _ path: String) throws -> WebURL {
    try WebURL("http://\(endpoint)\(path)").orThrow("a URL")
  }

  @Test func aFormIsSentAndARedirectIsAnAnswer() async throws {
    try await withListener { endpoint in
      let form: [WireRequest.QueryItem] = [.init("token", "a&b"), .init("scope", "x y")]
      let request = WebRequest(.post, try url(endpoint, "/token?a=b"), body: .form(form))
      let answer = try await web.send(request)
      #expect(answer.status == 302)
      #expect(String(decoding: answer.body, as: UTF8.self) == #"{"sent":"token=a%26b&scope=x%20y POST a=b"}"#)
    } respond: { request in
      let words =
        "\(String(decoding: request.body, as: UTF8.self)) \(request.method.rawValue) a=\(request.query("a") ?? "")"
      var answer = WireResponse.json(["sent": words], status: 302)
      answer.headers.append(.init("Location", "/elsewhere"))
      return answer
    }
  }

  @Test func anAnswerThatIsTooLargeIsNone() async throws {
    try await withListener { endpoint in
      let request = WebRequest(.get, try url(endpoint, "/x"), largestAnswer: 1_000)
      await #expect(throws: ExchangeError.self) { try await web.send(request) }
    } respond: { _ in
      WireResponse(status: 200, body: Array(repeating: UInt8(ascii: " "), count: 1_001))
    }
  }

  @Test func whereNothingListensThereIsNoAnswer() async throws {
    let endpoint = try await withServedHomeserver { $0.endpoint }
    let answer = try await web.answer(to: WebRequest(.get, try url(endpoint, "/")))
    #expect(answer == .failure(ExchangeError(.unreachable, "Nothing listens on http://\(endpoint).")))
  }
}
