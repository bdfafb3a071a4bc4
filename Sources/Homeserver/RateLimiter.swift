internal import MatrixWire
internal import Ports

/// Counts who did what how often: a bucket for each that fills again with time.
///
/// A bucket is one instant, the one at which it will be full again, and full buckets are not kept; so the
/// memory is that of those who were busy a moment ago, and bounded besides.
struct RateLimiter: Sendable {
  enum Action: Hashable, Sendable {
    case login
    case failedLogin
    case registration
    case status
    case invites
    case messages
    case joins
    case roomCreations
    case requests
    case keyFetch
    case keyFetchOfAnybody
  }

  enum Subject: Hashable, Sendable {
    case user(UserID)
    case address(String)
    /// All together.
    case everybody
    /// A client at an address from which the account is used.
    indirect case place(UserID, address: Subject)
    /// A client on a device of the account.
    case device(UserID, DeviceID)

    /// An address as it is counted: of IPv6 the network, because a single customer has 2^64 of the rest.
    init(network address: String) {
      self = .address(Self.network(of: address))
    }
  }

  private struct Key: Hashable, Sendable {
    let action: Action
    let subject: Subject
  }

  private let limits: RateLimits
  private let capacity: Int
  private var fullAt: [Key: Instant] = [:]

  init(_ limits: RateLimits, capacity: Int = 50_000) {
    self.limits = limits
    self.capacity = capacity
  }

  /// How many are counted now.
  var count: Int { fullAt.count }

  /// Whether an action is limited at all.
  func limits(_ action: Action) -> Bool { rate(of: action) != nil }

  /// Takes from a bucket what an action costs, or nothing where there is not enough in it.
  ///
  /// - Parameters:
  ///   - action: what is done.
  ///   - subject: by whom.
  ///   - cost: how often it is done at once; more than a full bucket holds is always refused.
  ///   - now: the time.
  /// - Returns: nil where it may be done, or how long it takes until so much may have been done.
  mutating func charge(_ action: Action, _ subject: Subject, cost: Int = 1, now: Instant) -> Duration? {
    guard let rate = rate(of: action), cost > 0 else { return nil }
    let interval = Duration.seconds(1 / max(rate.perSecond, 0.000_001))
    let key = Key(action: action, subject: subject)
    let full = max(fullAt[key] ?? now, now) + interval * cost
    let excess = (full - now) - interval * rate.burst
    guard excess <= .zero else { return excess }
    fullAt[key] = full
    if fullAt.count > capacity { forget(now: now) }
    return nil
  }

  /// How much may be done at once, where it is limited.
  func most(_ action: Action) -> Int? { rate(of: action)?.burst }

  /// Puts back what was charged once.
  mutating func refund(_ action: Action, _ subject: Subject) {
    guard let rate = rate(of: action) else { return }
    let key = Key(action: action, subject: subject)
    if let full = fullAt[key] { fullAt[key] = full - .seconds(1 / max(rate.perSecond, 0.000_001)) }
  }

  /// Forgets who is not limited, and if there are still too many, the half that has least to wait for.
  private mutating func forget(now: Instant) {
    fullAt = fullAt.filter { $0.value > now }
    guard fullAt.count > capacity / 2 else { return }
    let middle = fullAt.values.sorted()[fullAt.count / 2]
    fullAt = fullAt.filter { $0.value > middle }
  }

  private func rate(of action: Action) -> RateLimits.Rate? {
    switch action {
    case .login: limits.login
    case .failedLogin: limits.failedLogin
    case .registration: limits.registration
    case .status: limits.status
    case .invites: limits.invites
    case .messages: limits.messages
    case .joins: limits.joins
    case .roomCreations: limits.roomCreations
    case .requests: limits.requests
    case .keyFetch: limits.keyFetches
    case .keyFetchOfAnybody: limits.keyFetchesOfAnybody
    }
  }
}

extension RateLimiter.Subject {
  /// The first 64 bits of an IPv6 address; an IPv4 address as it is, also where it stands in an IPv6 one.
  fileprivate static func network(of address: String) -> String {
    guard let address = IPAddress(address) else { return address }
    return address.four == nil ? IPNetwork(address, length: 64).first.description : address.description
  }
}
