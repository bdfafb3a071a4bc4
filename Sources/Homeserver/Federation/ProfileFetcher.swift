internal import MatrixWire

/// Asks other servers for the profiles of users who are watched here, a few at a time. Servers of today send none along
/// with presence.
final class ProfileFetcher: Sendable {
  private let federationClient: FederationClient
  private let wishes: AsyncStream<UserID>
  private let wish: AsyncStream<UserID>.Continuation

  /// How many requests are under way at once.
  private static let mostAtOnce = 4

  init(_ federationClient: FederationClient) {
    self.federationClient = federationClient
    // Beyond that they are asked for again with what is said of them next.
    (wishes, wish) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(1_000))
  }

  /// Asks soon.
  func want(_ user: UserID) { wish.yield(user) }

  /// Asks for whom it is told until the task is cancelled, and hands on what is found.
  func run(_ found: @escaping @Sendable (Profile, UserID) async -> Void) async {
    await withTaskGroup(of: Void.self) { group in
      var running = 0
      for await user in wishes {
        if running == Self.mostAtOnce {
          await group.next()
          running -= 1
        }
        running += 1
        group.addTask { [federationClient] in
          guard let profile = try? await federationClient.profile(of: user), !Task.isCancelled else { return }
          await found(profile.profile, user)
        }
      }
    }
  }
}
