public import MatrixWire
public import Ports

/// The OAuth 2.0 device authorization grant (RFC 8628, as MSC4341 has it), as a value: it says what to ask next or until when
/// to wait, and is told what came.
///
/// The client makes itself known first (RFC 7591), each time anew.
public struct DeviceGrant: Sendable {
  public enum Step: Hashable, Sendable {
    case ask(WebRequest)
    case wait(until: Instant)
    case finished(DeviceTokens)
    case failed(SDKError)
  }

  /// What the grant ends with.
  public struct DeviceTokens: Hashable, Sendable {
    public let tokens: RefreshAnswer
    public let client: OAuthClient
  }

  /// Who asks: what the page shows the user.
  public struct Applicant: Hashable, Sendable {
    public var name: String
    /// A page about the program, by `https://`.
    public var page: String

    public init(name: String, page: String) {
      self.name = name
      self.page = page
    }
  }

  private struct Endpoints: Sendable {
    let registration: WebURL
    let authorization: WebURL
  }

  private struct Polling: Sendable {
    let deviceCode: String
    let prompt: DevicePrompt
    var interval: Duration
    var nextPoll: Instant
  }

  private enum State: Sendable {
    case registration
    case authorization(isUnstable: Bool)
    case polling(Polling)
    case ended(Step)
  }

  /// Between two questions where the server names none, and what `slow_down` adds (RFC 8628, 3.5).
  private static let usualInterval: Duration = .seconds(5)
  private static let longestInterval: Duration = .seconds(120)

  private let server: AuthorizationServer
  private let endpoints: Endpoints?
  private let device: DeviceID
  private let applicant: Applicant
  private var clientID = ""
  private var state: State

  /// - Parameters:
  ///   - server: the authorization server, as the homeserver tells of it.
  ///   - homeserver: the base URL of that homeserver. Endpoints are asked by `https://`; only a homeserver without encryption may
  ///     name others without it, on its own host.
  ///   - device: what the session's device is to be called: at least ten letters, digits and hyphens.
  ///   - applicant: who asks.
  public init(
    _ server: AuthorizationServer, of homeserver: WebURL, device: DeviceID, as applicant: Applicant
  ) {
    self.server = server
    self.device = device
    self.applicant = applicant
    guard let registration = server.registrationEndpoint,
      let authorization = server.deviceAuthorizationEndpoint
    else {
      endpoints = nil
      state = .ended(
        Self.failure(
          "unsupported_grant_type", "\(server.tokenEndpoint.origin) lets no device without a browser in."))
      return
    }
    endpoints = Endpoints(registration: registration, authorization: authorization)
    state = .registration
    for url in [registration, authorization, server.tokenEndpoint, server.revocationEndpoint].compactMap(
      \.self)
    where !Self.isAllowed(url, by: homeserver) {
      state = .ended(
        .failed(SDKError(.badAnswer, "\(url.origin) is not encrypted; no secret is sent there.")))
    }
  }

  /// What the user is to do, from when it is known.
  public var prompt: DevicePrompt? { if case .polling(let polling) = state { polling.prompt } else { nil } }

  /// What to do now.
  public func next(at now: Instant) -> Step {
    guard let endpoints else { return ended }
    switch state {
    case .registration:
      let body = ClientRegistration(clientName: applicant.name, clientURI: applicant.page)
      return .ask(WebRequest(.post, endpoints.registration, body: .json(WireJSON.encode(body))))
    case .authorization(let isUnstable):
      return .ask(
        WebRequest(
          .post, endpoints.authorization,
          body: .form([.init("client_id", clientID), .init("scope", scope(isUnstable: isUnstable))])))
    case .polling(let polling):
      guard now < polling.prompt.end else {
        return Self.failure("expired_token", "The code was not entered in time: log in again for another.")
      }
      guard now >= polling.nextPoll else { return .wait(until: min(polling.nextPoll, polling.prompt.end)) }
      return .ask(
        WebRequest(
          .post, server.tokenEndpoint,
          body: .form([
            .init("grant_type", AuthorizationServer.deviceGrant), .init("device_code", polling.deviceCode),
            .init("client_id", clientID),
          ])))
    case .ended: return ended
    }
  }

  /// Goes on with what came of the request in `next`.
  public mutating func take(_ answer: WebAnswer, at now: Instant) {
    do throws(SDKError) {
      switch state {
      case .registration:
        let registration: ClientRegistrationAnswer = try value(answer, endpoints?.registration)
        clientID = registration.clientID
        state = .authorization(isUnstable: false)
      case .authorization(let isUnstable):
        try authorize(answer, isUnstable: isUnstable, at: now)
      case .polling(let polling): state = try poll(answer, polling, at: now)
      case .ended: break
      }
    } catch {
      state = .ended(.failed(error))
    }
  }

  private mutating func authorize(_ answer: WebAnswer, isUnstable: Bool, at now: Instant) throws(SDKError) {
    // Servers before the specification know the scopes by their working names.
    if !isUnstable, OAuthAnswer(answer, of: server.tokenEndpoint).refusal == "invalid_scope" {
      state = .authorization(isUnstable: true)
      return
    }
    let authorization: DeviceAuthorization = try value(answer, endpoints?.authorization)
    let interval = authorization.interval.map { Duration.seconds(min(max(1, $0), 120)) } ?? Self.usualInterval
    let prompt = DevicePrompt(
      page: authorization.verificationURL, code: authorization.userCode,
      completePage: authorization.completeURL,
      end: now + .seconds(min(max(0, authorization.expiresIn), 86_400)))
    state = .polling(
      Polling(
        deviceCode: authorization.deviceCode, prompt: prompt, interval: interval, nextPoll: now + interval))
  }

  private func poll(_ answer: WebAnswer, _ polling: Polling, at now: Instant) throws(SDKError) -> State {
    var polling = polling
    let oauth = OAuthAnswer(answer, of: server.tokenEndpoint)
    switch oauth.refusal {
    case "authorization_pending": break
    case "slow_down": polling.interval = min(polling.interval + Self.usualInterval, Self.longestInterval)
    case "access_denied":
      return .ended(Self.failure("access_denied", "The login was denied on the page."))
    case "expired_token":
      return .ended(
        Self.failure("expired_token", "The code was not entered in time: log in again for another."))
    default:
      do throws(SDKError) {
        let answer: TokenAnswer = try oauth.value()
        guard answer.tokenType.isASCIICaseInsensitiveEqual(to: "Bearer") else {
          throw SDKError(.badAnswer, "\(server.tokenEndpoint.origin) gives a token of an unknown type.")
        }
        return .ended(
          .finished(
            DeviceTokens(
              tokens: answer.refreshAnswer,
              client: OAuthClient(
                clientID: clientID, tokenEndpoint: server.tokenEndpoint,
                revocationEndpoint: server.revocationEndpoint))))
      } catch {
        // A server or a network in trouble is asked less often (RFC 8628, 3.5), until the code expires.
        guard [.unreachable, .disconnected, .rateLimited].contains(error.code) else { throw error }
        polling.interval = min(polling.interval * 2, Self.longestInterval)
        polling.nextPoll = now + max(polling.interval, error.retryAfter ?? .zero)
        return .polling(polling)
      }
    }
    polling.nextPoll = now + polling.interval
    return .polling(polling)
  }

  private func value<Value: Decodable>(_ answer: WebAnswer, _ url: WebURL?) throws(SDKError) -> Value {
    try OAuthAnswer(answer, of: url ?? server.tokenEndpoint).value()
  }

  private func scope(isUnstable: Bool) -> String {
    let prefix = isUnstable ? "urn:matrix:org.matrix.msc2967.client" : "urn:matrix:client"
    return "\(prefix):api:* \(prefix):device:\(device)"
  }

  private var ended: Step {
    if case .ended(let step) = state { return step }
    return Self.failure("unsupported_grant_type", "This login cannot begin.")
  }

  private static func isAllowed(_ url: WebURL, by homeserver: WebURL) -> Bool {
    guard !url.isEncrypted else { return true }
    return !homeserver.isEncrypted
      && (url.host == homeserver.host || url.isLoopback && homeserver.isLoopback)
  }

  private static func failure(_ code: String, _ message: String) -> Step {
    .failed(SDKError(.refused(MatrixError(ErrorCode(rawValue: code), message)), message))
  }
}
