internal import MatrixWire
public import Ports

extension Client {
  /// Logs in by a page that the user opens in a browser, on this machine or on any other.
  ///
  /// - Parameters:
  ///   - grant: which server is asked, for which device.
  ///   - web: the way to it.
  ///   - show: shows the user where to go and what to enter; called once.
  /// - Returns: the session.
  /// - Throws: `refused` where the user or the server denies it or the code expires, `cancelled` with the task.
  public func login(
    by grant: DeviceGrant, over web: any WebExchange, showing show: @Sendable (DevicePrompt) async -> Void
  ) async throws(SDKError) -> Session {
    var grant = grant
    var isShown = false
    while true {
      if !isShown, let prompt = grant.prompt {
        await show(prompt)
        isShown = true
      }
      do {
        switch grant.next(at: time.instant) {
        case .ask(let request): grant.take(try await web.answer(to: request), at: time.instant)
        case .wait(let end): try await time.sleep(until: end)
        case .finished(let end): return try await session(end, over: web)
        case .failed(let error): throw error
        }
      } catch let error as SDKError {
        throw error
      } catch {
        throw SDKError(.cancelled, "The login was cancelled.")
      }
    }
  }

  /// How often the server is asked whose a token is, and the pause between.
  private static let questions = 4
  private static let pause: Duration = .seconds(2)

  /// The session of tokens that were granted. Where the homeserver does not say whose they are, they are revoked: nobody would
  /// know of them.
  private func session(
    _ end: DeviceGrant.DeviceTokens, over web: any WebExchange
  ) async throws(SDKError) -> Session {
    let oauth = OAuthAccess(end.client, over: web)
    do throws(SDKError) {
      var credentials = try await owner(of: end.tokens.accessToken)
      credentials.refreshToken = end.tokens.refreshToken
      credentials.expiresIn = end.tokens.expiresIn
      return try session(credentials, by: oauth)
    } catch {
      try? await oauth.end(end.tokens.accessToken, end.tokens.refreshToken, on: time)
      throw error
    }
  }

  private func owner(of token: AccessToken) async throws(SDKError) -> Credentials {
    var asked = 1
    while true {
      do throws(SDKError) {
        return try await session(token: token).credentials
      } catch {
        guard asked < Self.questions, error.code != .cancelled else { throw error }
        asked += 1
        guard (try? await time.sleep(until: time.instant + Self.pause)) != nil else { throw error }
      }
    }
  }
}
