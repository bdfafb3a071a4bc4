internal import ArgumentParser
internal import PorchlightConfig

/// A span such as `90s`, `5m` or `1h30m`.
struct DurationArgument: ExpressibleByArgument {
  let duration: Duration

  init?(argument: String) {
    guard let duration = DurationText.parse(argument) else { return nil }
    self.duration = duration
  }

  init(_ duration: Duration) { self.duration = duration }

  var defaultValueDescription: String { "5m" }
}

/// A speed: from a hundredth to a thousand times.
struct SpeedArgument: ExpressibleByArgument {
  let factor: Double

  init?(argument: String) {
    guard let factor = Double(argument), (0.01...1000).contains(factor) else { return nil }
    self.factor = factor
  }

  init(_ factor: Double) { self.factor = factor }

  var defaultValueDescription: String { "1" }
}
