internal import MatrixWire

/// Presence status, device reports and the polling switch (Protocol 3). Lists are in `Homeserver+Lists`.
extension Homeserver {
  /// The same refusal for a user who does not exist and for one who does not share.
  func getStatus(of user: UserID, _ request: WireRequest, _ version: APIVersion) async throws -> WireResponse
  {
    let device = try authenticate(request)
    guard let content = await presence.status(of: user, for: device.user) else {
      // The first version said it otherwise (Q22).
      throw version == .v1
        ? APIError(404, .notFound, "Presence information not visible.")
        : APIError(403, .forbidden, "You are not allowed to see their presence.")
    }
    return .stream(content.encoded(in: version.vocabulary))
  }

  func setStatus(of user: UserID, _ request: WireRequest) async throws -> WireResponse {
    let device = try authenticate(request, as: user, "You can only set your own presence.")
    try limit(.status, .user(user))
    let update = try WireJSON.decode(StatusUpdate.self, from: request.body)
    try await presence.setStatus(update, on: device)
    return .json(Empty())
  }

  func reportDevice(_ request: WireRequest) async throws -> WireResponse {
    let device = try authenticate(request)
    // Every watcher may hear of it, as of a change of status.
    try limit(.status, .user(device.user))
    await presence.report(try WireJSON.decode(DeviceReport.self, from: request.body), on: device)
    return .json(Empty())
  }

  func setPolling(_ request: WireRequest) async throws -> WireResponse {
    let device = try authenticate(request)
    let wanted = try WireJSON.decode(PollingSwitch.self, from: request.body)
    await presence.setPolling(wanted.polling, on: device)
    return .json(Empty())
  }
}

extension APIVersion {
  /// The values `presence` may have in it (E8).
  var vocabulary: PresenceVocabulary {
    switch self {
    case .v1: .v1
    case .r0: .r0
    case .v3: .v3
    case .unstable: .exact
    }
  }
}
