/// One figure of each server, round by round.
struct Figures: Sendable {
  private(set) var rounds: [Subject.Kind: [Double]] = [:]

  mutating func add(_ value: Double, of kind: Subject.Kind) { rounds[kind, default: []].append(value) }

  func median(of kind: Subject.Kind) -> Double? { rounds[kind].map(Self.median) }

  /// The median of what each round has to say: a round's servers had the same weather.
  func ratio(to other: Subject.Kind) -> Double? {
    guard let ours = rounds[.homeserver], let theirs = rounds[other], ours.count == theirs.count else {
      return nil
    }
    return Self.median(zip(ours, theirs).map { $0 / $1 })
  }

  static func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    guard let last = sorted.last else { return .nan }
    let middle = sorted.count / 2
    return sorted.count % 2 == 1
      ? sorted[middle] : (sorted[middle - 1] + (middle < sorted.count ? sorted[middle] : last)) / 2
  }
}

/// What a figure has to be.
indirect enum Limit: Hashable, Sendable {
  case none
  case atMost(Double)
  case timesConstant(Double)
  /// The other limit holds where there is no compiler, and so no C to compare with.
  case timesBaseline(Double, orElse: Limit)
  case atLeastConstant(Double)

  /// The limit that these figures can be held to.
  func applied(to figures: Figures) -> Limit {
    guard case .timesBaseline(_, let other) = self, figures.ratio(to: .baseline) == nil else { return self }
    return other
  }

  func holds(_ figures: Figures) -> Bool? {
    switch self {
    case .none: nil
    case .atMost(let most): figures.median(of: .homeserver).map { $0 <= most } ?? false
    case .timesConstant(let times): figures.ratio(to: .constant).map { $0 <= times } ?? false
    case .timesBaseline(let times, _): figures.ratio(to: .baseline).map { $0 <= times } ?? false
    case .atLeastConstant(let part): figures.ratio(to: .constant).map { $0 >= part } ?? false
    }
  }

  func text(_ unit: String) -> String {
    switch self {
    case .none: "-"
    case .atMost(let most): "at most \(Table.text(most)) \(unit)"
    case .timesConstant(let times): "at most \(Table.text(times)) x route"
    case .timesBaseline(let times, _): "at most \(Table.text(times)) x C"
    case .atLeastConstant(let part): "at least \(Table.text(part)) x route"
    }
  }
}

/// Medians and ratios, with the limits they are held to.
struct Table {
  private var lines: [[String]] = [
    ["figure", "porchlight", "constant route", "C epoll", "x route", "x C", "limit", ""]
  ]
  private(set) var holds = true

  mutating func add(_ name: String, _ unit: String, _ figures: Figures, _ limit: Limit) {
    let limit = limit.applied(to: figures)
    let verdict = limit.holds(figures)
    if verdict == false { holds = false }
    let values = [Subject.Kind.homeserver, .constant, .baseline].map { kind in
      figures.median(of: kind).map { "\(Self.text($0)) \(unit)" } ?? "-"
    }
    let ratios = [Subject.Kind.constant, .baseline].map { figures.ratio(to: $0).map(Self.text) ?? "-" }
    lines.append(
      [name] + values + ratios + [limit.text(unit), verdict.map { $0 ? "holds" : "MISSED" } ?? ""])
  }

  func show() { Self.show(lines) }

  static func show(_ lines: [[String]]) {
    let widths = lines[0].indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
    for line in lines {
      let cells = zip(line, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
      print(cells.joined(separator: "  "))
    }
  }

  /// Three digits that mean something.
  static func text(_ value: Double) -> String {
    guard value.isFinite else { return "-" }
    if abs(value) >= 100 { return "\(Int(value.rounded()))" }
    let scale = abs(value) >= 10 ? 10.0 : 100.0
    return "\((value * scale).rounded() / scale)"
  }
}
