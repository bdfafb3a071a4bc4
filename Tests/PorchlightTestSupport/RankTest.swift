internal import Ports

/// Two samples of times, and how far apart they are by their ranks (Mann and Whitney): whatever else the machine does
/// makes some of both long, and a rank is not the further away for it.
public struct RankTest: Sendable {
  public let first: [Duration]
  public let second: [Duration]

  public init(_ first: [Duration], _ second: [Duration]) {
    self.first = first
    self.second = second
  }

  /// By how many standard deviations the sum of the ranks is from what it is where nothing tells the two apart: 4 comes
  /// by chance once in fifteen thousand runs.
  public var z: Double {
    let all = (first.map { ($0, true) } + second.map { ($0, false) }).sorted { $0.0 < $1.0 }
    let sum = all.enumerated().reduce(0.0) { $0 + ($1.element.1 ? Double($1.offset + 1) : 0) }
    let (n, m) = (Double(first.count), Double(second.count))
    let mean = n * (n + m + 1) / 2
    return abs(sum - mean) / (n * m * (n + m + 1) / 12).squareRoot()
  }

  /// Times two kinds of tries, in turns at random, so that whatever else the machine does meets both alike.
  ///
  /// - Parameters:
  ///   - tries: how many of each.
  ///   - seed: for the order.
  ///   - attempt: makes the `number`th try of the first or the second kind, and says how long it took.
  /// - Returns: how long each took.
  /// - Throws: whatever `attempt` throws.
  public static func compare(
    tries: Int, seed: UInt64, _ attempt: (_ isSecond: Bool, _ number: Int) async throws -> Duration
  ) async throws -> RankTest {
    var random = SeededGenerator(seed: seed)
    var (first, second): ([Duration], [Duration]) = ([], [])
    // The first ones fill caches.
    let warmUp = tries / 10
    for number in 0..<(tries + warmUp) {
      // What was put off is done now and then.
      if number % 40 == 0 { try await Task.sleep(for: .milliseconds(1)) }
      let startsWithSecond = Bool.random(using: &random)
      for isSecond in [startsWithSecond, !startsWithSecond] {
        let span = try await attempt(isSecond, number)
        guard number >= warmUp else { continue }
        if isSecond { second.append(span) } else { first.append(span) }
      }
    }
    return RankTest(first, second)
  }
}

extension RankTest: CustomStringConvertible {
  public var description: String {
    "z \(z), medians \(Self.median(first)) and \(Self.median(second)) of \(first.count) each"
  }

  private static func median(_ sample: [Duration]) -> Duration {
    sample.isEmpty ? .zero : sample.sorted()[sample.count / 2]
  }
}
