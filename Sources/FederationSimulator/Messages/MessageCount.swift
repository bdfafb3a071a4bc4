public import PresenceFederation

/// HTTP requests between servers in a day, by why they were made; answers in their bodies apart.
public struct MessageCount: Hashable, Sendable {
  public internal(set) var requests: [MessageCause: Int] = [:]
  /// Answers that needed no request of their own.
  public internal(set) var answersInBodies = 0
  public internal(set) var events = 0

  public var total: Int { requests.values.reduce(0, +) }
}
