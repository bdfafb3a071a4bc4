public import MatrixWire

/// What a server can do for a roster; asked once per session.
public struct ServerCapabilities: Hashable, Sendable {
  /// The versions of the specification it speaks.
  public let versions: [String]
  /// Whether it keeps contacts and invites itself (Protocol 3.6); elsewhere they are made of direct rooms.
  public let hasPresenceLists: Bool
  /// Whether users can be busy.
  public let hasBusy: Bool
  /// Whether it tells in which rooms two users are.
  public let hasMutualRooms: Bool

  /// - Parameter answer: what the server says of itself.
  public init(_ answer: VersionsAnswer) {
    versions = answer.versions
    hasPresenceLists = answer.hasPresenceLists
    hasBusy = answer.hasPresenceLists || answer.hasBusy
    hasMutualRooms = answer.hasMutualRooms
  }

  /// A server that has presence lists, as every one of this project.
  public static let lists = ServerCapabilities(
    VersionsAnswer(versions: [], unstableFeatures: [UnstablePrefix.namespace: true]))

  /// A server of which nothing is known but that it speaks Matrix.
  public static let plain = ServerCapabilities(VersionsAnswer(versions: [], unstableFeatures: [:]))
}

extension Session {
  /// Asks what the server can do for a roster.
  ///
  /// - Returns: what it says.
  /// - Throws: `refused`, `unreachable`, `disconnected`, `rateLimited`, `badAnswer` or `loggedOut`.
  public func capabilities() async throws(SDKError) -> ServerCapabilities {
    do throws(SDKError) {
      return ServerCapabilities(try await versions())
    } catch {
      guard case .refused(let refusal) = error.code else { throw error }
      // Every homeserver says so: what has another opinion is no homeserver, or stands before one.
      let words = "\(userID.server) does not say what it can do (\(refusal.code)): is that its address?"
      throw SDKError(.refused(MatrixError(refusal.code, "")), words)
    }
  }

  /// Sets the own status and asks for it, which shows whether the server has presence (Protocol 9.4).
  ///
  /// - Parameter status: the status to set, told the text that the server has; nil for none.
  /// - Returns: what was seen, in order.
  /// - Throws: where the server does not answer; what it refuses is evidence.
  func provePresence(
    by status: (_ text: String?) -> StatusUpdate?
  ) async throws(SDKError) -> [PresenceVerdict.Evidence] {
    do throws(SDKError) {
      let before = try await self.status(of: userID)
      guard let update = status(before.statusMessage) else { return [.ownStatus(before)] }
      try await setStatus(update.presence, text: update.statusMessage)
      return [.ownStatus(before), .statusSet(update, seen: try await self.status(of: userID))]
    } catch {
      guard case .refused(let refusal) = error.code else { throw error }
      return [.refused(refusal)]
    }
  }

  /// Finds out whether the server has presence; makes the user online for a moment.
  ///
  /// - Parameter seed: for a question that no answer kept for others is good for.
  /// - Returns: the verdict.
  /// - Throws: where the server does not answer.
  public func presenceVerdict(seed: UInt64) async throws(SDKError) -> PresenceVerdict {
    var verdict = PresenceVerdict(of: userID)
    let nothing = RoomEventFilter(EventFilter(types: []))
    let filter = SyncFilter(
      presence: EventFilter(senders: [userID]), accountData: EventFilter(types: []),
      room: RoomFilter(accountData: nothing, ephemeral: nothing, state: nothing, timeline: nothing))
    let answer = try await sync(since: nil, wait: .uncached(seed: seed), as: .online, filter: filter)
    verdict.take(.answer(answer.states, isOnline: true))
    guard verdict.needsProof else { return verdict }
    let evidence = try await provePresence { StatusUpdate(presence: .online, statusMessage: $0) }
    for piece in evidence { verdict.take(piece) }
    return verdict
  }
}

extension SyncAnswer {
  /// The presence it tells, by user.
  var states: [UserID: PresenceState] {
    presence.reduce(into: [:]) { if case .presence(let user, let content) = $1 { $0[user] = content.state } }
  }
}

extension Duration {
  /// A wait for a first poll, which is answered at once whatever it says. Synapse answers two first polls that are alike
  /// with one answer, for two minutes: this makes them differ.
  static func uncached(seed: UInt64) -> Duration { .milliseconds(Int64(1 + seed % 999)) }
}
