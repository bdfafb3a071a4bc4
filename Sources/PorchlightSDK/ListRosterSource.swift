public import MatrixWire
internal import Ports

/// The roster as presence lists on the server keep it: contacts with a relation each, and invites (Protocol 5).
///
/// Polls say `online` for as long as there are any; that the user is idle is told by reports of the device.
public struct ListRosterSource: RosterSource {
  public let session: Session
  public var traits: RosterTraits { .lists }
  private let deviceType: DeviceType?
  private let isReading: Bool
  private let wait: Duration
  private let seed: UInt64
  private let editor: AccountDataEditor

  /// - Parameters:
  ///   - session: whose roster it is.
  ///   - deviceType: told with each report of idleness.
  ///   - isReading: whether the roster is only looked at: polls then do not make its user online.
  ///   - wait: how long the server may hold a poll with nothing to say.
  ///   - seed: for the jitter of the back-off.
  public init(
    _ session: Session, deviceType: DeviceType?, isReading: Bool = false, wait: Duration = .seconds(30),
    seed: UInt64
  ) {
    self.session = session
    self.deviceType = deviceType
    self.isReading = isReading
    self.wait = wait
    self.seed = seed
    editor = AccountDataEditor(session)
  }

  public func run(_ deliver: @escaping @Sendable (RosterStep) async -> Void) async throws(SDKError) {
    let events = session.events(
      as: isReading ? .offline : .online, wait: wait, filter: .roster, seed: seed)
    var steps = events.makeAsyncIterator()
    while let step = try await steps.next() {
      switch step {
      case .answer(let answer, let isComplete):
        await deliver(.update(RosterUpdate(answer, isComplete: isComplete)))
      case .interrupted(let error, let retryAt): await deliver(.interrupted(error, retryAt: retryAt))
      }
    }
  }

  public func perform(_ request: RosterRequest) async throws(SDKError) {
    switch request {
    case .change(.invite(let user)): try await session.invite(user)
    case .change(.accept(let user)): try await session.accept(user)
    case .change(.deny(let user)): try await session.deny(user)
    case .change(.remove(let user)): try await session.drop(user)
    case .change(.revoke(let user)): try await revoke(user)
    case .change(.ignore(let user)):
      try await editor.ignore(user)
      try await denyIfAsked(user)
    case .publish(let update): try await session.setStatus(update.presence, text: update.statusMessage)
    case .idle(let since):
      let idleness: DeviceReport.Idleness =
        since.map { .since(milliseconds: max(1, (session.time.instant - $0).wholeMilliseconds)) } ?? .active
      try await session.report(DeviceReport(idleness: idleness, deviceType: deviceType))
    }
  }

  public func leave(saying status: StatusUpdate?, patience: Duration) async -> RosterFarewell {
    let time = session.time
    let end = time.instant + patience
    let isSent = try? await withDeadline(patience, on: time) { [self] in
      guard let status else { return false }
      return (try? await perform(.publish(status))) != nil
    }
    guard let isSent else { return RosterFarewell() }
    _ = try? await withDeadline(end - time.instant, on: time) { [session] in
      try await session.close(patience: patience)
    }
    return RosterFarewell(isStatusTaken: isSent)
  }

  /// Who does not ask, or not any more, need not be denied to be ignored.
  private func denyIfAsked(_ user: UserID) async throws(SDKError) {
    do throws(SDKError) {
      try await session.deny(user)
    } catch {
      guard case .refused(let refusal) = error.code, refusal.code == .notInvited else { throw error }
    }
  }

  /// The server says yes to a revoke of nothing too, and the stream does not tell who has a permission.
  private func revoke(_ user: UserID) async throws(SDKError) {
    guard try await session.presenceList().observers.contains(user) else {
      let error = MatrixError(.notFound, "has no permission to see you, so none was taken back")
      throw SDKError(error, status: 404)
    }
    try await session.revoke(user)
  }
}
