internal import MatrixWire

/// Presence status, lists, device reports and the polling switch (protocol 3).
extension Homeserver {
  /// The same refusal for somebody who does not exist and for somebody who does not share.
  func getStatus(of user: UserID, _ request: WireRequest) async throws -> WireResponse {
    let device = try authenticate(request)
    guard let content = await presence.status(of: user, for: device.user) else {
      throw Refusal(403, .forbidden, "You are not allowed to see their presence.")
    }
    return .json(content)
  }

  func setStatus(of user: UserID, _ request: WireRequest) async throws -> WireResponse {
    let device = try authenticate(request)
    guard device.user == user else {
      throw Refusal(403, .forbidden, "You can only set your own presence.")
    }
    let update = try WireJSON.decode(StatusUpdate.self, from: request.body)
    try await presence.setStatus(update, on: device)
    return .json(Empty())
  }

  func getStandardList(
    of user: UserID, _ request: WireRequest, _ version: APIVersion
  ) async throws -> WireResponse {
    throw Refusal(404, .unrecognized, "There is no such endpoint here.")
  }

  func changeStandardList(of user: UserID, _ request: WireRequest) async throws -> WireResponse {
    throw Refusal(404, .unrecognized, "There is no such endpoint here.")
  }

  func getList(_ request: WireRequest) async throws -> WireResponse {
    .json(await presence.list(of: try authenticate(request)))
  }

  func changeList(_ request: WireRequest) async throws -> WireResponse {
    let device = try authenticate(request)
    let change = try WireJSON.decode(PresenceListRequest.self, from: request.body)
    return .json(try await presence.changeList(of: device.user, change))
  }

  func reportDevice(_ request: WireRequest) async throws -> WireResponse {
    let device = try authenticate(request)
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
