internal import Crypto
internal import CryptoExtras
public import MatrixWire
public import Ports

/// Passwords by scrypt (RFC 7914), tokens by SHA-256.
public struct SystemSecrets: SecretHasher {
  public init() {}

  public func hash(password: String) async throws(SecretHasherBusy) -> String { throw SecretHasherBusy() }

  public func verify(
    password: String, against hash: String?
  ) async throws(SecretHasherBusy) -> Bool { throw SecretHasherBusy() }

  public func digest(of token: AccessToken) -> TokenDigest {
    TokenDigest(bytes: Array(SHA256.hash(data: Array(token.rawValue.utf8))))
  }
}
