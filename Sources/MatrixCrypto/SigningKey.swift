internal import Crypto
public import MatrixWire
public import Ports

/// A server's private key (Ed25519, RFC 8032). Never shown in a description.
public struct SigningKey: RequestSigner, CustomStringConvertible {
  public let keyID: KeyID
  public let publicKey: [UInt8]
  private let key: Curve25519.Signing.PrivateKey

  /// The key that a seed of 32 bytes makes; nil for other lengths.
  public init?(_ keyID: KeyID, seed: [UInt8]) {
    guard seed.count == 32, let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: seed) else {
      return nil
    }
    self.keyID = keyID
    self.key = key
    publicKey = Array(key.publicKey.rawRepresentation)
  }

  /// A new key with a new name.
  ///
  /// - Parameter random: has to be the system's outside of tests: it is all there is to the secret.
  public init?(using random: inout some RandomNumberGenerator) {
    let seed = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &random) }
    let letters = (0..<4).map { _ in
      Character(Unicode.Scalar(UInt8.random(in: UInt8(ascii: "a")...UInt8(ascii: "z"), using: &random)))
    }
    guard let keyID = KeyID("ed25519:a_" + String(letters)) else { return nil }
    self.init(keyID, seed: seed)
  }

  public func signature(of message: [UInt8]) throws -> [UInt8] { Array(try key.signature(for: message)) }

  public var description: String { "\(keyID) (signing key)" }

  // MARK: Files

  /// The line of a key file, as Synapse has it: `ed25519 a_abcd SEED`, the seed in base64 without padding.
  public var line: String {
    "ed25519 \(keyID.version) \(UnpaddedBase64.encode(key.rawRepresentation))"
  }

  /// Reads what `line` writes, with any space around and between; nil for anything else.
  public init?(line: some StringProtocol) {
    let parts = line.split(whereSeparator: \.isWhitespace)
    guard parts.count == 3, parts[0] == "ed25519", let keyID = KeyID("ed25519:\(parts[1])"),
      let seed = UnpaddedBase64.decode(parts[2])
    else { return nil }
    self.init(keyID, seed: seed)
  }
}

/// Verifies Ed25519 signatures.
public struct SigningKeyVerifier: SignatureVerifier {
  public init() {}

  public func isValid(_ signature: [UInt8], of message: [UInt8], by key: [UInt8]) -> Bool {
    guard signature.count == 64, let key = try? Curve25519.Signing.PublicKey(rawRepresentation: key) else {
      return false
    }
    return key.isValidSignature(signature, for: message)
  }
}
