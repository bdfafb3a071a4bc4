internal import MatrixWire
internal import Ports

/// One request with a deadline, and its answer decoded or its failure explained.
struct Call: Sendable {
  let exchange: any Exchange
  let time: any Timekeeper
  /// What to call the server in messages.
  var server = "The server"
  /// What the call proves itself with, once there is a session.
  var keys: SessionKeys?
  /// Told of requests that succeed on a new connection.
  var link: Link?

  /// - Throws: what `MatrixAnswer` says of an answer that is no success, `unreachable` or `disconnected` where none came.
  func send<Answer: Decodable & Sendable>(
    _ request: WireRequest, as type: Answer.Type = Answer.self
  ) async throws(SDKError) -> Answer {
    let body = try await body(of: request)
    do {
      return try WireJSON.decode(Answer.self, fromAnswer: body)
    } catch {
      throw badAnswer(to: request, error.message)
    }
  }

  /// The same, where the answer is a JSON object of which nothing is to be lost.
  func object(_ request: WireRequest) async throws(SDKError) -> CanonicalJSON.Object {
    let body = try await body(of: request)
    var rules = CanonicalJSON.ParsingRules.lenient
    rules.keepsOtherNumbers = true
    do {
      if case .object(let object) = try CanonicalJSON(parsing: body, rules) { return object }
    } catch {
      throw badAnswer(to: request, error.description)
    }
    throw badAnswer(to: request, "It is no object.")
  }

  private func badAnswer(to request: WireRequest, _ why: String) -> SDKError {
    SDKError(
      .badAnswer,
      "The answer of \(server) to \(request.method.rawValue) \(request.path.last ?? "") "
        + "is not what Matrix says: \(why)")
  }

  private func body(of request: WireRequest) async throws(SDKError) -> [UInt8] {
    let used = try await freshToken()
    var response = try await respond(to: request, with: used)
    if case .refusal(let error) = MatrixAnswer(response), error.code == .unknownToken, let keys,
      try await keys.renew(after: used, isEarly: false)
    {
      response = try await respond(to: request, with: keys.credentials.accessToken)
    }
    switch MatrixAnswer(response) {
    case .success: break
    case .refusal(let error): throw SDKError(error, status: response.status)
    case .foreign: throw SDKError(foreign: response, insteadOf: server)
    }
    return response.body
  }

  /// The access token to prove the session with, renewed some time before it expires. While the server cannot renew it
  /// the old one goes on.
  ///
  /// - Throws: `loggedOut` where the session is over, `cancelled` where the caller is.
  private func freshToken() async throws(SDKError) -> AccessToken? {
    guard let keys else { return nil }
    let used = keys.credentials.accessToken
    guard keys.isRenewalDue(at: time.instant) else { return used }
    do {
      _ = try await keys.renew(after: used, isEarly: true)
    } catch {
      if error.code == .loggedOut || error.code == .cancelled { throw error }
    }
    return keys.credentials.accessToken
  }

  private func respond(
    to request: WireRequest, with token: AccessToken?
  ) async throws(SDKError) -> WireResponse {
    var request = request
    request.accessToken = token
    let (began, connections) = (time.instant, exchange.connectionsMade)
    do {
      let response = try await attempt(request)
      // New connections work: what hangs on an older one may hang for ever.
      if !request.isPoll, exchange.connectionsMade > connections { link?.retry(whatIsOlderThan: began) }
      return response
    } catch let error as ExchangeError {
      throw SDKError(error.code == .disconnected ? .disconnected : .unreachable, error.message)
    } catch is CancellationError {
      throw SDKError(.cancelled, "The call was cancelled.")
    } catch {
      throw SDKError(.unreachable, "No answer: \(error)")
    }
  }

  /// Sends the request. Where a repetition changes nothing and no answer comes soon, or the connection ends, sends it
  /// once more on a new connection: the first may have been dead without a sign.
  private func attempt(_ request: WireRequest) async throws -> WireResponse {
    // A timer for each request would cost more than the request.
    guard exchange.mayHang else { return try await exchange.send(request) }
    guard request.mayBeRepeated, request.timeout > Self.firstPatience else {
      return try await send(request, within: request.timeout)
    }
    let end = time.instant + request.timeout
    do {
      return try await send(request, within: Self.firstPatience)
    } catch let error as ExchangeError where error.code == .timedOut || error.code == .disconnected {
      return try await send(request, within: end - time.instant)
    }
  }

  private func send(_ request: WireRequest, within span: Duration) async throws -> WireResponse {
    do {
      let response = try await withDeadline(span, on: time) { [exchange] in try await exchange.send(request) }
      guard let response else {
        throw ExchangeError(.timedOut, "The server did not answer within \(span.wholeMilliseconds / 1000) s.")
      }
      return response
    } catch let error as ExchangeError where error.code == .timedOut || error.code == .disconnected {
      // Other connections of the same age may be dead as well.
      exchange.renewConnections()
      throw error
    }
  }

  /// How long the first try of a repeatable request may take. Answers take milliseconds; over a slow line, a new
  /// connection gets the time of the second try.
  private static let firstPatience: Duration = .seconds(4)
}

extension WireRequest {
  /// Whether it waits for something to happen.
  var isPoll: Bool { path.last == "sync" }

  /// Whether a repetition changes nothing (RFC 9110, 9.2.2), and the answer is expected soon.
  fileprivate var mayBeRepeated: Bool { (method == .get || method == .put) && !isPoll }
}
