internal import MatrixWire

/// Presence lists: ours with consent (E2, E3), and the standard's of 2014 to 2018 (3.4, E1).
struct PresenceListEndpoints: Sendable {
  let presence: PresenceService
  let limiter: RequestLimiter

  var endpoints: [Endpoint] {
    [
      Endpoint(.get, ["presence", "list"], in: .porchlight, for: .session, answer: getList),
      Endpoint(.post, ["presence", "list"], in: .porchlight, for: .session, answer: changeList),
      Endpoint(
        .get, ["presence", "list", .user], for: .owner(otherwise: Self.notOwn), answer: getStandardList),
      Endpoint(
        .post, ["presence", "list", .user], for: .owner(otherwise: Self.notOwn), answer: changeStandardList),
    ]
  }

  private static let notOwn = APIError(
    400, .unknown, "Cannot get or change another user's presence list.")

  private func getList(_ request: RoutedRequest) async throws -> WireResponse {
    let answer = await presence.list(of: try request.device)
    return .stream(
      StreamBytes.list(
        nextBatch: answer.nextBatch, invites: await encoded(answer.invites), list: await encoded(answer.list),
        observers: await encoded(answer.observers)))
  }

  private func changeList(_ request: RoutedRequest) async throws -> WireResponse {
    let user = try request.device.user
    let change = try WireJSON.decode(PresenceListRequest.self, from: request.body)
    try charge(change, to: user)
    return .json(try await presence.changeList(of: user, change))
  }

  /// Counts the users a change names, because each is work and perhaps a message; invites are counted by themselves.
  /// What is no user ID, and so is not done, costs nothing.
  ///
  /// - Throws: 429 for what was done too often.
  private func charge(_ change: PresenceListRequest, to user: UserID) throws(APIError) {
    let invited = change.invite ?? []
    let others =
      [change.drop, change.accept, change.deny, change.revoke].flatMap { $0 ?? [] }
      + (change.groups ?? [:]).keys
    func count(_ names: [String]) -> Int { names.count { UserID($0) != nil } }
    try limiter.charge(.requests, .user(user), cost: count(others))
    try limiter.charge(.invites, .user(user), cost: count(invited))
  }

  /// A flat array, with those who have not answered yet.
  private func getStandardList(_ request: RoutedRequest) async throws -> WireResponse {
    let vocabulary = request.version.vocabulary
    let list = await presence.list(of: try request.device).list
    return .stream(
      StreamBytes.array(
        await encoded(
          list.map { entry in
            StandardListEntry(
              userID: entry.userID, isAccepted: entry.state == .accepted,
              presence: VersionedPresence(entry.presence, for: vocabulary))
          })))
  }

  /// The elements of a long array, each by itself: where requests are read others have a turn in between.
  private func encoded(_ values: [some Encodable]) async -> [[UInt8]] {
    var bytes: [[UInt8]] = []
    bytes.reserveCapacity(values.count)
    for (number, value) in values.enumerated() {
      if number > 0, number % PresenceService.part == 0 { await Task.yield() }
      bytes.append(WireJSON.encode(value))
    }
    return bytes
  }

  private func changeStandardList(_ request: RoutedRequest) async throws -> WireResponse {
    let user = try request.user
    let wanted = try WireJSON.decode(StandardListChange.self, from: request.body)
    guard wanted.invite?.contains(nil) != true else { throw APIError(400, .unknown, "Bad invite value.") }
    guard wanted.drop?.contains(nil) != true else { throw APIError(400, .unknown, "Bad drop value.") }
    // The standard has no consent; clients answer invites by our own endpoint.
    var change = PresenceListRequest()
    change.invite = wanted.invite?.compactMap(\.self)
    change.drop = wanted.drop?.compactMap(\.self)
    try charge(change, to: user)
    let result = try await presence.changeList(of: user, change)
    return .json(StandardListResult(failed: result.failed))
  }
}
