internal import Crypto
internal import Dispatch
public import MatrixWire
public import Ports
internal import Synchronization

/// Passwords by scrypt (RFC 7914), tokens by SHA-256, keyed codes by HMAC-SHA-256.
///
/// Passwords are worked on one after another, on a thread of their own: each takes about a tenth of a second
/// and 32 MiB with the default cost, which must hold up nobody who only wants to know who is there.
public final class SystemSecrets: SecretHasher {
  private struct State: Sendable {
    var random: any RandomNumberGenerator & Sendable
    var waiting = 0
  }

  private let parameters: PasswordHash.Parameters
  private let mostWaiting: Int
  /// A hash of no user's password, to be verified against for names without an account while no user has one.
  private let nobody: PasswordHash
  private let state: Mutex<State>
  private let queue = DispatchQueue(label: "porchlight.passwords")

  /// Costs that can be asked for.
  public static let costs = 1...18

  /// - Parameters:
  ///   - cost: of new passwords, as a power of two: 15 takes about 0.1 s and 32 MiB, each one more twice that.
  ///     Brought within `costs`. Passwords hashed before keep the cost they were hashed with.
  ///   - mostWaiting: how many passwords may wait for their turn.
  ///   - random: where salts come from; outside of tests it has to be the system's.
  public init(
    cost: Int = 15, mostWaiting: Int = 32, random: some RandomNumberGenerator & Sendable
  ) {
    parameters = .init(logCost: min(max(cost, Self.costs.lowerBound), Self.costs.upperBound))
    self.mostWaiting = mostWaiting
    nobody = PasswordHash(parameters)
    state = Mutex(State(random: random))
  }

  public func hash(password: String) async throws(SecretHasherError) -> String {
    let salt = state.withLock { state in
      (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &state.random) }
    }
    return try await work { [parameters] in PasswordHash(of: password, parameters, salt: salt)?.text }
  }

  public func verify(password: String, against hash: String?) async throws(SecretHasherError) -> Bool {
    let kept = hash.flatMap { PasswordHash($0) }
    return try await work { [nobody] in
      // The same work where there is nothing to compare with.
      (kept ?? nobody).matches(password).map { kept != nil && $0 }
    }
  }

  public func cost(of hash: String) -> String? { PasswordHash(hash)?.parameters.text }

  public var cost: String { parameters.text }

  public func authenticationCode(of message: [UInt8], key: [UInt8]) -> [UInt8] {
    Array(HMAC<SHA256>.authenticationCode(for: message, using: SymmetricKey(data: key)))
  }

  public func sha256(of message: [UInt8]) -> [UInt8] { Array(SHA256.hash(data: message)) }

  public func digest(of token: AccessToken) -> TokenDigest {
    TokenDigest(bytes: sha256(of: Array(token.rawValue.utf8)))
  }

  private func work<Value: Sendable>(
    _ body: @escaping @Sendable () -> Value?
  ) async throws(SecretHasherError) -> Value {
    let isBusy = state.withLock { state in
      guard state.waiting < mostWaiting else { return true }
      state.waiting += 1
      return false
    }
    guard !isBusy else { throw SecretHasherError.busy }
    defer { state.withLock { $0.waiting -= 1 } }
    let value = await withCheckedContinuation { continuation in
      queue.async { continuation.resume(returning: body()) }
    }
    guard let value else { throw SecretHasherError.failed }
    return value
  }
}
