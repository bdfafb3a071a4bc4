internal import MatrixWire
internal import PresenceCore

/// The event stream as a long poll: `/sync` (Protocol 4.2) and its old forms (Protocol 4.1).
struct StreamEndpoints: Sendable {
  let accounts: AccountRegistry
  let presence: PresenceService
  let filters = FilterCache()
  let longestWait: Duration

  var endpoints: [Endpoint] {
    [
      Endpoint(.get, ["sync"], for: .session, .poll(.sync)),
      Endpoint(.get, ["events"], for: .session, .poll(.events)),
      Endpoint(.get, ["initialSync"], for: .session, answer: initialSync),
    ]
  }

  private func initialSync(_ request: RoutedRequest) async throws -> WireResponse {
    let device = try request.device
    let limit = try request.wire.limit(most: RoomTimeline.mostEvents) ?? RoomTimeline.defaultLimit
    // First: what happens in rooms meanwhile is newer than the position, and told after it.
    let (section, data, position) = await presence.snapshot(
      for: device.user, as: StreamForm(.contentOnly, request.version.vocabulary))
    let (rooms, receipts) = try await presence.roomSnapshots(
      for: device, limit: limit, includesLeft: request.wire.query("archived") == "true")
    return .stream(
      StreamBytes.initialSync(
        end: position, accountData: data, presence: section, receipts: receipts, rooms: rooms))
  }

  /// The poll that a request asks for.
  ///
  /// - Throws: 400 for parameters that cannot be understood.
  func poll(
    _ endpoint: PollParameters.Endpoint, _ request: RoutedRequest, isRepeatable: Bool = false,
    after last: Poll? = nil, deliver: @escaping @Sendable (WireResponse) -> Void
  ) throws(APIError) -> Poll {
    let token = try request.provenToken
    let device = Device(user: token.user, id: token.device)
    let parameters = try PollParameters(request.wire, of: endpoint, longestWait: longestWait) {
      (text) throws(APIError) in try filter(text, of: device.user)
    }
    let shape = endpoint == .sync ? StreamForm.Shape.withSender : .contentOnly
    return Poll(
      device, token.digest, StreamForm(shape, request.version.vocabulary), parameters,
      isRepeatable: isRepeatable, after: last, deliver: deliver)
  }

  /// The filter a poll names: JSON, or the name of one that was stored.
  private func filter(_ text: String, of user: UserID) throws(APIError) -> SyncFilter? {
    guard text.utf8.first == UInt8(ascii: "{") else { return accounts.filter(id: text, for: user) }
    do throws(MatrixError) { return try filters.filter(text) } catch { throw APIError(error) }
  }
}
