public import MatrixWire

/// Keeps passwords and tokens in a form that gives nothing away to a reader of the store.
public protocol SecretHasher: ContentHasher {
  /// A password as it may be stored: salted, slow to compute, and saying itself how it was made.
  ///
  /// - Throws: `busy` where too many wait already, `failed` where it cannot be computed.
  func hash(password: String) async throws(SecretHasherError) -> String

  /// Whether a password is the one that was hashed. Takes as long for a wrong one as for the right one: what
  /// `cost(of:)` says of the hash, and for a hash of nil what `hash(password:)` takes.
  ///
  /// - Throws: `busy` where too many wait already, `failed` where it cannot be computed.
  func verify(password: String, against hash: String?) async throws(SecretHasherError) -> Bool

  /// How much work it is to compare a password with a hash, as a text: equal texts are equal work. Nil for a text that
  /// is no hash of this kind.
  func cost(of hash: String) -> String?

  /// The `cost(of:)` of what `hash(password:)` makes today.
  var cost: String { get }

  /// A token as it is stored and looked up. Tokens are long and random, so this is quick.
  func digest(of token: AccessToken) -> TokenDigest

  /// A code that only a holder of the key can compute of a message (HMAC, RFC 2104): 32 bytes.
  func authenticationCode(of message: [UInt8], key: [UInt8]) -> [UInt8]
}

/// Why a password was not hashed or compared.
public enum SecretHasherError: Error, Hashable, Sendable {
  /// More passwords wait than this machine can do in reasonable time.
  case busy
  /// The machine could not compute it, for want of memory most likely.
  case failed
}

/// What is kept of a token.
public struct TokenDigest: Hashable, Sendable {
  public let bytes: [UInt8]

  public init(bytes: [UInt8]) { self.bytes = bytes }
}
