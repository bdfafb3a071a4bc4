public import MatrixWire
public import Ports

/// One device of one person, logged in.
///
/// A value: copies are the same session. Calls may run side by side; order between them is the caller's
/// business (`PresencePublisher` keeps it for status and idleness).
public struct Session: Sendable {
  public let userID: UserID
  /// The clock the session's deadlines run on.
  public var time: any Timekeeper { call.time }
  /// What the session goes on with in another run (`Client.session(_:)`): to be kept where only its owner
  /// reads. It changes when it is renewed, which `Client` tells.
  public var credentials: Credentials { keys.credentials }
  /// What an authorization server knows the session's client by; nil where the homeserver made the session itself.
  public var oauthClient: OAuthClient? { keys.oauth?.client }
  let link = Link()
  let call: Call
  private let keys: SessionKeys

  init(userID: UserID, keys: SessionKeys, exchange: any Exchange, time: any Timekeeper) {
    self.userID = userID
    self.keys = keys
    call = Call(
      exchange: exchange, time: time, server: userID.server.rawValue, keys: keys, link: link)
  }

  /// The same session by another way to the same server.
  public func through(_ exchange: any Exchange) -> Session {
    Session(userID: userID, keys: keys, exchange: exchange, time: time)
  }

  /// Takes new connections to the server, for whatever reason the old ones may be dead: the user asks, or comes back
  /// after a while; the machine was suspended.
  ///
  /// Event streams that wait for their next try, or on a poll, ask at once, and a `PresencePublisher` sends what waits
  /// for its next try. Nothing of that uses a connection made before. Costs one request where all was well.
  public func reconnect() {
    renewConnections()
    link.retry(whatIsOlderThan: time.instant)
  }

  func renewConnections() { call.exchange.renewConnections() }

  // MARK: Presence

  /// Sets choice and text together. `nil` or `""` clears the text.
  public func setStatus(_ presence: PresenceState, text: String?) async throws(SDKError) {
    let update = StatusUpdate(presence: presence, statusMessage: text)
    let _: Empty = try await call.send(ClientAPI.setStatus(update, of: userID))
  }

  /// What may be seen of a user now. Refused with `M_FORBIDDEN` where nothing may.
  public func status(of user: UserID) async throws(SDKError) -> PresenceContent {
    try await call.send(ClientAPI.status(of: user))
  }

  /// Tells the server what this device knows of its person (E5).
  public func report(_ report: DeviceReport) async throws(SDKError) {
    let _: Empty = try await call.send(ClientAPI.report(report))
  }

  /// Says good-bye: this device's streams end without a grace. The choice stays as it is.
  ///
  /// Stop iterating `events` first: another poll would bring the person back.
  ///
  /// - Parameter patience: how long the answer may take; a client that quits does not wait for ever.
  /// - Throws: `unreachable` where the answer did not come in time, whether or not the server knows.
  public func close(patience: Duration = .seconds(1)) async throws(SDKError) {
    var request = ClientAPI.report(DeviceReport(closing: true))
    request.timeout = patience
    let _: Empty = try await call.send(request)
  }

  // MARK: List

  /// The users this user watches, those who ask, and those who are allowed.
  public func presenceList() async throws(SDKError) -> PresenceListAnswer {
    try await call.send(ClientAPI.presenceList())
  }

  /// Asks a user for permission to see them.
  public func invite(_ user: UserID) async throws(SDKError) {
    try await changeList(PresenceListRequest(invite: [user]))
  }

  /// Asks several people in one call.
  ///
  /// - Throws: what was said of one of those who could not be asked; the others were.
  public func invite(_ users: [UserID]) async throws(SDKError) {
    guard !users.isEmpty else { return }
    try await changeList(PresenceListRequest(invite: users))
  }

  /// Accepts the invite of a user.
  public func accept(_ user: UserID) async throws(SDKError) {
    try await changeList(PresenceListRequest(accept: [user]))
  }

  /// Denies the invite of a user.
  public func deny(_ user: UserID) async throws(SDKError) {
    try await changeList(PresenceListRequest(deny: [user]))
  }

  /// Takes a user off the list, or an invite back.
  public func drop(_ user: UserID) async throws(SDKError) {
    try await changeList(PresenceListRequest(drop: [user]))
  }

  /// Takes back a permission once given.
  public func revoke(_ user: UserID) async throws(SDKError) {
    try await changeList(PresenceListRequest(revoke: [user]))
  }

  private func changeList(_ change: PresenceListRequest) async throws(SDKError) {
    let result: PresenceListResult = try await call.send(ClientAPI.changePresenceList(change))
    // All but the invites name one person, so there is one failure at most.
    if let error = result.failed.values.first { throw SDKError(error, status: 400) }
  }

  // MARK: The rest

  /// The public profile of a user.
  public func profile(of user: UserID) async throws(SDKError) -> Profile {
    try await call.send(ClientAPI.profile(of: user))
  }

  /// Sets the own display name; `""` clears it.
  public func setDisplayName(_ name: String) async throws(SDKError) {
    let _: Empty = try await call.send(ClientAPI.setDisplayName(name, of: userID))
  }

  /// One poll of the event stream; `events(…)` is the loop around it.
  public func sync(
    since: SyncToken?, wait: Duration, as presence: PresenceState, filter: SyncFilter? = nil
  ) async throws(SDKError) -> SyncAnswer {
    try await sync(
      ClientAPI.sync(since: since, wait: wait, setPresence: presence, filter: filter))
  }

  /// One poll, as a request.
  func sync(_ request: WireRequest) async throws(SDKError) -> SyncAnswer { try await call.send(request) }

  /// What the server speaks.
  public func versions() async throws(SDKError) -> VersionsAnswer {
    try await call.send(ClientAPI.versions())
  }

  /// In which rooms the server has members see each other's presence.
  ///
  /// - Returns: its rule; that of the specification where it says nothing.
  public func presenceSharing() async throws(SDKError) -> PresenceSharingRule {
    do throws(SDKError) {
      let answer: CapabilitiesAnswer = try await call.send(ClientAPI.capabilities())
      return answer.presenceSharing ?? .specification
    } catch {
      // Older servers have no such endpoint.
      guard case .refused = error.code else { throw error }
      return .specification
    }
  }

  /// Whom the server takes this session for.
  public func whoAmI() async throws(SDKError) -> Credentials {
    try await call.send(ClientAPI.whoAmI())
  }

  /// Ends the session by the interface that made it; its token and device are gone afterwards.
  public func logout() async throws(SDKError) {
    guard let oauth = keys.oauth else {
      let _: Empty = try await call.send(ClientAPI.logout())
      return
    }
    // What another process renewed meanwhile counts, and none renews until the tokens are revoked.
    let result = await keys.withNewest { credentials async -> Result<Void, SDKError> in
      do throws(SDKError) {
        return .success(try await oauth.end(credentials.accessToken, credentials.refreshToken, on: time))
      } catch {
        return .failure(error)
      }
    }
    try result?.get()
  }

  /// Waits for a renewal of the session that is under way, also where the task is cancelled: what it brings is kept by then. For
  /// programs that end.
  public func settle() async { await keys.settle() }
}
