import MatrixCrypto
import MatrixWire
import Testing

struct SystemContentHasherTests {
  /// FIPS 180-4, the examples for SHA-256.
  @Test func aMessageIsHashedAsTheStandardSays() {
    let hash = SystemContentHasher().sha256(of: Array("abc".utf8))
    #expect(UnpaddedBase64.encode(hash) == "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0")
  }
}
