internal import Crypto
public import Ports

/// SHA-256 by swift-crypto.
public struct SystemContentHasher: ContentHasher {
  public init() {}

  public func sha256(of message: [UInt8]) -> [UInt8] { Array(SHA256.hash(data: message)) }
}
