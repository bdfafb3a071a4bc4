internal import MatrixWire

/// The families of endpoints that are about rooms (Protocol 7.1).
struct RoomFamilies: Sendable {
  let server: ServerName
  let authenticator: Authenticator
  let presence: PresenceService
  let reader: RoomReader

  var endpoints: [Endpoint] {
    let (accounts, limiter) = (authenticator.accounts, authenticator.limiter)
    return RoomEndpoints(server: server, accounts: accounts, presence: presence, limiter: limiter).endpoints
      + MembershipEndpoints(server: server, accounts: accounts, presence: presence).endpoints
      + RoomStateEndpoints(accounts: accounts, presence: presence, reader: reader, limiter: limiter).endpoints
      + RoomEventEndpoints(presence: presence, reader: reader).endpoints
      + ReceiptEndpoints(presence: presence, reader: reader).endpoints
      + RoomDataEndpoints(presence: presence).endpoints
      + RoomDirectoryEndpoints(
        server: server, presence: presence, authenticator: authenticator, reader: reader
      ).endpoints
  }
}
