import Ports

/// SHA-256 (FIPS 180-4), so that these tests stand on no package.
struct SHA256: ContentHasher {
  private static let constants: [UInt32] = primes(64).map { fraction(of: $0.cubeRoot()) }
  private static let beginning: [UInt32] = primes(8).map { fraction(of: $0.squareRoot()) }

  func sha256(of message: [UInt8]) -> [UInt8] {
    var padded = message + [0x80]
    padded += [UInt8](repeating: 0, count: (120 - padded.count % 64) % 64)
    padded += (0..<8).map { UInt8(truncatingIfNeeded: (message.count * 8) >> (56 - 8 * $0)) }
    var hash = Self.beginning
    for block in stride(from: 0, to: padded.count, by: 64) {
      var words = (0..<16).map { word in
        padded[block + 4 * word..<block + 4 * word + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
      }
      for index in 16..<64 {
        let (old, new) = (words[index - 15], words[index - 2])
        let first = rotate(old, 7) ^ rotate(old, 18) ^ old >> 3
        let second = rotate(new, 17) ^ rotate(new, 19) ^ new >> 10
        words.append(words[index - 16] &+ first &+ words[index - 7] &+ second)
      }
      var state = hash
      for index in 0..<64 {
        let (a, e) = (state[0], state[4])
        let choice = e & state[5] ^ ~e & state[6]
        let majority = a & state[1] ^ a & state[2] ^ state[1] & state[2]
        let sum = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
        let next = state[7] &+ sum &+ choice &+ Self.constants[index] &+ words[index]
        let other = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) &+ majority
        state = [next &+ other] + state[0..<3] + [state[3] &+ next] + state[4..<7]
      }
      for index in 0..<8 { hash[index] &+= state[index] }
    }
    return hash.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (24 - 8 * UInt32($0))) } }
  }

  private func rotate(_ word: UInt32, _ bits: UInt32) -> UInt32 { word >> bits | word << (32 - bits) }

  private static func primes(_ count: Int) -> [Double] {
    var primes: [Int] = []
    var candidate = 2
    while primes.count < count {
      if !primes.contains(where: { candidate % $0 == 0 }) { primes.append(candidate) }
      candidate += 1
    }
    return primes.map(Double.init)
  }

  /// The first 32 bits behind the point.
  private static func fraction(of root: Double) -> UInt32 {
    UInt32((root - root.rounded(.down)) * 4_294_967_296)
  }
}

extension Double {
  /// By Newton.
  fileprivate func cubeRoot() -> Double {
    var root = self
    for _ in 0..<100 { root -= (root * root * root - self) / (3 * root * root) }
    return root
  }
}

/// Quick, and different for different messages: for tests that only need names.
struct QuickHasher: ContentHasher {
  func sha256(of message: [UInt8]) -> [UInt8] {
    var words: [UInt64] = [0xCBF2_9CE4_8422_2325, 1, 2, 3]
    for byte in message { words[0] = (words[0] ^ UInt64(byte)) &* 0x100_0000_01B3 }
    words[1] = words[0] &* 0x9E37_79B9_7F4A_7C15
    words[2] = UInt64(message.count)
    return words.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * UInt64($0))) } }
  }
}
