public import MatrixWire
public import Ports

/// Keeps secrets quickly and badly, so that tests need no cryptography.
public struct TestSecrets: SecretHasher {
  public init() {}

  public func hash(password: String) async throws(SecretHasherError) -> String { "plain:" + password }

  public func verify(
    password: String, against hash: String?
  ) async throws(SecretHasherError) -> Bool { hash == "plain:" + password }

  public func cost(of hash: String) -> String? { hash.hasPrefix("plain:") ? cost : nil }

  public var cost: String { "plain" }

  public func authenticationCode(of message: [UInt8], key: [UInt8]) -> [UInt8] {
    TestSigner.digest(key + message)
  }

  public func digest(of token: AccessToken) -> TokenDigest { TokenDigest(bytes: Array(token.rawValue.utf8)) }
}

/// Every hasher of tests tells contents apart the same quick way.
extension SecretHasher {
  public func sha256(of message: [UInt8]) -> [UInt8] {
    (UInt8(0)..<4).flatMap { TestSigner.digest([$0] + message) }
  }
}
