internal import Ports

/// What lies between servers: requests and responses travel by themselves, each at its own pace.
struct VirtualNetwork: Sendable {
  /// A direction in which nothing passes.
  struct Cut: Hashable, Sendable {
    let from: Int
    let to: Int
  }

  private var random: SeededGenerator
  /// How many faults cut each direction.
  private var cuts: [Cut: Int] = [:]
  var loss = 0.0
  var duplication = 0.0
  /// Copies, and what overtakes, come this late.
  var disorder: Duration = .zero
  /// How many times longer everything takes from and to a server.
  var slowness: [Int: Int] = [:]

  /// How long every message takes, where nothing is to be drawn.
  var latency: Duration?

  /// How many times longer the answers of a server take.
  var overload: [Int: Int] = [:]

  init(seed: UInt64) { random = SeededGenerator(seed: seed, .network) }

  /// One way, where it is the same for all.
  var passage: Duration { latency ?? .milliseconds(40) }

  /// After how long a message arrives: never, once, or more often.
  mutating func passages(from: Int, to: Int, isAnswer: Bool = false) -> [Duration] {
    // Drawn whether they are needed or not, so that one fault does not shift what befalls the next message.
    let (first, second) = (random.latency(), random.latency())
    let (fate, copy, delay) = (
      Double.random(in: 0..<1, using: &random), Double.random(in: 0..<1, using: &random),
      Double.random(in: 0..<1, using: &random)
    )
    guard cuts[Cut(from: from, to: to)] == nil, fate >= loss else { return [] }
    if let latency { return [latency] }
    let factor = (slowness[from] ?? 1) * (slowness[to] ?? 1) * (isAnswer ? overload[from] ?? 1 : 1)
    let late = disorder * delay
    guard copy < duplication else { return [first * factor + (copy > 0.5 ? late : .zero)] }
    return [first * factor, second * factor + late]
  }

  mutating func cut(from: Int, to: Int) { cuts[Cut(from: from, to: to), default: 0] += 1 }

  mutating func mend(from: Int, to: Int) {
    let cut = Cut(from: from, to: to)
    guard let count = cuts[cut] else { return }
    cuts[cut] = count > 1 ? count - 1 : nil
  }

  func isCut(from: Int, to: Int) -> Bool { cuts[Cut(from: from, to: to)] != nil }
}
