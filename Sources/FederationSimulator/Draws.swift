internal import Ports

/// What one seed drives. Each has a stream of its own, so that another policy or another fault leaves the
/// workload as it was.
enum RandomStream: UInt64 {
  case shape = 1
  case workload
  case network
  case faults
  case engine
}

extension SeededGenerator {
  /// The stream of a seed for one purpose and one of those who draw from it.
  init(seed: UInt64, _ stream: RandomStream, _ index: Int = 0) {
    self.init(
      seed: seed &* 0x9E37_79B9_7F4A_7C15 ^ stream.rawValue &* 0xD1B5_4A32_D192_ED03
        ^ UInt64(index) &* 0x8CB9_2BA7_2F3D_8DD7)
    _ = next()
  }

  mutating func happens(_ probability: Double) -> Bool {
    Double.random(in: 0..<1, using: &self) < probability
  }

  mutating func pick(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }

  mutating func pick<Element>(of elements: [Element]) -> Element? { elements.randomElement(using: &self) }

  /// A span from a range of seconds.
  mutating func span(_ seconds: ClosedRange<Double>) -> Duration {
    .microseconds(Int64(Double.random(in: seconds, using: &self) * 1_000_000))
  }

  /// One way through the network: log-normal with a median of 40 ms and 99 % below 400 ms, by its quantiles,
  /// so that no library's logarithm decides what a seed means.
  mutating func latency() -> Duration {
    let position = Double.random(in: 0..<1, using: &self) * Double(Self.latencies.count - 1)
    let index = Int(position)
    let (low, high) = (Self.latencies[index], Self.latencies[min(index + 1, Self.latencies.count - 1)])
    return .microseconds(Int64((low + (high - low) * (position - Double(index))) * 1000))
  }

  private static let latencies: [Double] = [
    4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 29, 30, 31, 32, 34,
    35, 36, 38, 39, 41, 42, 44, 46, 48, 50, 52, 54, 56, 58, 61, 63, 66, 69, 73, 76, 80, 84, 89, 94, 99, 105,
    112, 120, 130, 141, 155, 172, 195, 229, 286, 438, 1000,
  ]
}
