public import MatrixWire
public import Ports

/// Signs without cryptography: who has the secret can sign, a change of one byte shows.
public struct TestSigner: RequestSigner {
  public let keyID: KeyID
  public let publicKey: [UInt8]

  public init(_ keyID: KeyID, secret: UInt64) {
    self.keyID = keyID
    publicKey = withUnsafeBytes(of: secret) { Array($0) }
  }

  public func signature(of message: [UInt8]) throws -> [UInt8] { Self.digest(publicKey + message) }

  static func digest(_ bytes: [UInt8]) -> [UInt8] {
    var sum: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in bytes { sum = (sum ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return withUnsafeBytes(of: sum) { Array($0) }
  }
}

/// Verifies what `TestSigner` signed.
public struct TestVerifier: SignatureVerifier {
  public init() {}

  public func isValid(_ signature: [UInt8], of message: [UInt8], by key: [UInt8]) -> Bool {
    signature == TestSigner.digest(key + message)
  }
}
