internal import MatrixWire

/// Presence status, device reports and the polling switch (Protocol 3). Lists are in `PresenceListEndpoints`.
struct PresenceEndpoints: Sendable {
  let presence: PresenceService

  var endpoints: [Endpoint] {
    [
      Endpoint(.get, ["presence", .user, "status"], for: .session, answer: getStatus),
      Endpoint(
        .put, ["presence", .user, "status"], for: .owner("You can only set your own presence."),
        counts: .status,
        answer: setStatus),
      // Every watcher may hear of it, as of a change of status.
      Endpoint(
        .put, ["presence", "device"], in: .porchlight, for: .session, counts: .status, answer: reportDevice),
      Endpoint(.put, ["presence", "polling"], in: .porchlight, for: .session, answer: setPolling),
    ]
  }

  /// The same refusal for a user who does not exist and for one who does not share.
  private func getStatus(_ request: RoutedRequest) async throws -> WireResponse {
    guard let content = await presence.status(of: try request.user, for: try request.device.user) else {
      // The first version said it otherwise (Q22).
      throw request.version == .v1
        ? APIError(404, .notFound, "Presence information not visible.")
        : APIError(403, .forbidden, "You are not allowed to see their presence.")
    }
    return .stream(content.encoded(in: request.version.vocabulary))
  }

  private func setStatus(_ request: RoutedRequest) async throws -> WireResponse {
    let update = try WireJSON.decode(StatusUpdate.self, from: request.body)
    try await presence.setStatus(update, on: try request.device)
    return .json(Empty())
  }

  private func reportDevice(_ request: RoutedRequest) async throws -> WireResponse {
    await presence.report(try WireJSON.decode(DeviceReport.self, from: request.body), on: try request.device)
    return .json(Empty())
  }

  private func setPolling(_ request: RoutedRequest) async throws -> WireResponse {
    let wanted = try WireJSON.decode(PollingSwitch.self, from: request.body)
    await presence.setPolling(wanted.polling, on: try request.device)
    return .json(Empty())
  }
}
