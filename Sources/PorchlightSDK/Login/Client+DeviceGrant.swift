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

  private func session(
    _ end: DeviceGrant.DeviceTokens, over web: any WebExchange
  ) async throws(SDKError) -> Session {
    var credentials = try await session(token: end.tokens.accessToken).credentials
    credentials.refreshToken = end.tokens.refreshToken
    credentials.expiresIn = end.tokens.expiresIn
    return try session(credentials, by: OAuthAccess(end.client, over: web))
  }
}
