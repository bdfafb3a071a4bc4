internal import MatrixWire

/// Presence lists: ours with consent (protocol E2, E3), and the standard's of 2014 to 2018 (3.4, E1).
extension Homeserver {
  func getList(_ request: WireRequest) async throws -> WireResponse {
    .json(await presence.list(of: try authenticate(request)))
  }

  func changeList(_ request: WireRequest) async throws -> WireResponse {
    let device = try authenticate(request)
    let change = try WireJSON.decode(PresenceListRequest.self, from: request.body)
    try limit(.invites, .user(device.user), cost: change.invite?.count ?? 0)
    return .json(try await presence.changeList(of: device.user, change))
  }

  /// A flat array, with those who have not answered yet.
  func getStandardList(
    of user: UserID, _ request: WireRequest, _ version: APIVersion
  ) async throws -> WireResponse {
    let device = try ownList(of: user, request)
    let list = await presence.list(of: device).list
    return .json(
      list.map { entry in
        StandardListEntry(
          userID: entry.userID, isAccepted: entry.state == .accepted,
          presence: VersionedPresence(entry.presence, for: version.vocabulary))
      })
  }

  func changeStandardList(of user: UserID, _ request: WireRequest) async throws -> WireResponse {
    _ = try ownList(of: user, request)
    let wanted = try WireJSON.decode(PresenceListRequest.self, from: request.body)
    // The standard has no consent; whoever wants to answer does it by our own endpoint.
    var change = PresenceListRequest()
    change.invite = wanted.invite
    change.drop = wanted.drop
    try limit(.invites, .user(user), cost: change.invite?.count ?? 0)
    let result = try await presence.changeList(of: user, change)
    return .json(StandardListResult(failed: result.failed))
  }

  private func ownList(of user: UserID, _ request: WireRequest) throws(Refusal) -> Device {
    let device = try authenticate(request)
    guard device.user == user else {
      throw Refusal(400, .unknown, "Cannot get or change another user's presence list.")
    }
    return device
  }
}
