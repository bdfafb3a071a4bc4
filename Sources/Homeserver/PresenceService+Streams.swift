internal import MatrixWire
internal import Ports
internal import PresenceCore

/// Polls and what they are answered with.
extension PresenceService {
  /// Opens a poll; `endings` is what the hub wants to know of it.
  ///
  /// - Throws: 401 where the device was logged out meanwhile, 429 where it has too many polls open.
  func streamOpened(
    on device: Device, _ intent: PollIntent
  ) throws -> (StreamID, endings: UInt64) {
    guard accounts.isLoggedIn(device) else {
      throw Refusal(401, .unknownToken, "The session was logged out.")
    }
    let (stream, effects) = try rules.streamOpened(of: device.user, on: device.id, intent, now: time.now)
    perform(effects)
    return (stream, hub.endings(of: device))
  }

  func streamEnded(_ stream: StreamID, on device: Device) {
    apply { $0.streamEnded(stream, of: device.user, on: device.id, now: $1) }
  }

  /// The version a token stands for; nil for a beginning, which a position from before a restart is as well.
  ///
  /// - Throws: `M_INVALID_PARAM` for a token this server never gave, or gave too long ago.
  func position(_ token: SyncToken?, of user: UserID) throws(Refusal) -> UInt64? {
    guard let token else { return nil }
    let parts = token.rawValue.dropFirst().split(separator: "_", omittingEmptySubsequences: false)
    guard token.rawValue.hasPrefix("p"), parts.count == 2, let life = UInt64(parts[0]),
      let version = UInt64(parts[1]), life <= self.life,
      life < self.life || index.reaches(version, for: user)
    else { throw Self.unknownPosition }
    return life < self.life ? nil : version
  }

  static let unknownPosition = Refusal(
    400, .invalidParameter, "The parameter 'since' is not a position of this stream.")

  /// What a person's stream has to say since a version, and the version it says it at.
  ///
  /// - Throws: `M_INVALID_PARAM` where what happened since then was forgotten meanwhile.
  func answer(
    for user: UserID, since: UInt64?, _ filter: SyncFilter
  ) throws(Refusal) -> (SyncAnswer, version: UInt64) {
    guard since.map({ index.reaches($0, for: user) }) ?? true else { throw Self.unknownPosition }
    let view = StreamView(rules: rules, index: index, profiles: accounts, viewer: user, now: time.now)
    let events = since.map(view.changes) ?? view.everything()
    let answer = SyncAnswer(nextBatch: token(index.version(of: user)), presence: events.filter(filter.allows))
    return (answer, index.version(of: user))
  }

  // MARK: Tokens

  func token(_ version: UInt64) -> SyncToken {
    guard let token = SyncToken("p\(life)_\(version)") else { preconditionFailure("numbers make a token") }
    return token
  }
}
