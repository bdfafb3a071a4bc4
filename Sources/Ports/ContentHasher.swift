/// Hashes what events are named by.
public protocol ContentHasher: Sendable {
  /// SHA-256 (FIPS 180-4): 32 bytes.
  func sha256(of message: [UInt8]) -> [UInt8]
}
