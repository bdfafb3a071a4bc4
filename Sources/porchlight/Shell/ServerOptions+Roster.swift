internal import MatrixWire
internal import PorchlightSDK

extension ServerOptions {
  /// Runs `body` with the roster as its server keeps it: by presence lists, or by direct rooms. It does not make its user
  /// online by itself.
  ///
  /// - Parameters:
  ///   - device: what the session is called where it has to be made.
  ///   - waits: whether it goes on while the server is away, also before it has said how it keeps contacts.
  ///   - body: what to do with it.
  /// - Throws: `Failure` with the status scripts branch on.
  func withRoster(
    as device: SessionDevice = .shell(lifetime: .seconds(3600)), waiting waits: Bool = false,
    _ body: @escaping @Sendable (any RosterSource) async throws -> Void
  ) async throws {
    try await withSession(as: device) { session, local in
      try await body(try await Self.source(of: session, isOffline: local != nil, waiting: waits))
    }
  }

  /// The roster of a session as its server keeps it.
  static func source(
    of session: Session, isOffline: Bool, waiting waits: Bool = false
  ) async throws(SDKError) -> any RosterSource {
    // The offline server is always one of this program.
    var capabilities: ServerCapabilities? = isOffline ? .lists : nil
    if capabilities == nil, !waits { capabilities = try await session.capabilities() }
    return session.rosterSource(capabilities, isReading: true, seed: .random(in: .min ... .max))
  }
}

extension RosterSource {
  /// Changes a contact.
  ///
  /// - Throws: `Failure`; where rooms make contacts, its message begins with whom it is about.
  func change(_ change: ContactChange) async throws(Failure) {
    do throws(SDKError) {
      try await perform(.change(change))
    } catch {
      guard traits.contacts == .rooms, case .refused = error.code else { throw Failure(error) }
      throw Failure("\(change.userID) \(error.message)")
    }
  }
}
