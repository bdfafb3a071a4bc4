import MatrixCrypto
import MatrixWire
import Testing

struct ContentHashTests {
  /// FIPS 180-4, the examples for SHA-256.
  @Test func aMessageIsHashedAsTheStandardSays() {
    let hash = SystemSecrets(cost: 1, random: SystemRandomNumberGenerator()).sha256(of: Array("abc".utf8))
    #expect(UnpaddedBase64.encode(hash) == "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0")
  }
}
