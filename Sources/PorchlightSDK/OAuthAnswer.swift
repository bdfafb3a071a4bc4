internal import MatrixWire
internal import Ports

/// What an authorization server answered, in the terms of calls.
///
/// Only a refusal in OAuth's own form is the server's word; whatever else comes was said by another program on the way.
struct OAuthAnswer: Sendable {
  private let answer: WebAnswer
  private let url: WebURL

  init(_ answer: WebAnswer, of url: WebURL) {
    self.answer = answer
    self.url = url
  }

  /// The status of HTTP; nil where no answer came.
  var status: Int? {
    guard case .success(let response) = answer else { return nil }
    return response.status
  }

  /// The code of a refusal, such as `slow_down`; nil for everything else.
  var refusal: String? {
    guard case .success(let response) = answer, (400..<500).contains(response.status) else { return nil }
    return (try? WireJSON.decode(OAuthRefusal.self, fromAnswer: response.body))?.error
  }

  /// The answer decoded.
  ///
  /// - Throws: `refused` for the server's own word, `rateLimited`, `unreachable` or `badAnswer` for what passes.
  func value<Value: Decodable>(_ type: Value.Type = Value.self) throws(SDKError) -> Value {
    let response = try success()
    do throws(MatrixError) {
      return try WireJSON.decode(Value.self, fromAnswer: response.body)
    } catch {
      throw SDKError(.badAnswer, "The answer of \(url.origin) is not what OAuth says: \(error.message)")
    }
  }

  /// Whether it is a success, whatever it holds.
  func check() throws(SDKError) { _ = try success() }

  private func success() throws(SDKError) -> WireResponse {
    switch answer {
    case .failure(let error):
      throw SDKError(error.code == .disconnected ? .disconnected : .unreachable, error.message)
    case .success(let response):
      if (200..<300).contains(response.status) { return response }
      guard response.status != 429, response.status != 408, (400..<500).contains(response.status),
        let refusal = try? WireJSON.decode(OAuthRefusal.self, fromAnswer: response.body)
      else { throw SDKError(foreign: response, insteadOf: url.origin) }
      let words = refusal.errorDescription.map { "\($0) (\(refusal.error))" } ?? refusal.error
      throw SDKError(.refused(MatrixError(ErrorCode(rawValue: refusal.error), words)), words)
    }
  }
}
