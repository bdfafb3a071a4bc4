internal import ArgumentParser
internal import PorchlightConfig

/// Reads the value of an option that takes a whole number, and says the range where it is none of it.
///
/// - Parameters:
///   - option: as it is written, such as `--people`.
///   - range: what is taken.
/// - Returns: the `transform` of the option.
func wholeNumber<Number: FixedWidthInteger & Sendable>(
  _ option: String, _ range: ClosedRange<Number>
) -> @Sendable (String) throws -> Number {
  { text in
    guard let number = Number(text), range.contains(number) else {
      throw ValidationError(
        "\(option) takes a whole number from \(range.lowerBound) to \(range.upperBound), not '\(text)'")
    }
    return number
  }
}

/// How long without a key until the user counts as idle: a span such as `90s`, `5m` or `1h30m`, or `off`.
struct IdleLimit {
  /// Nil for never.
  let span: Duration?

  init(_ span: Duration?) { self.span = span }

  init(_ text: String) throws(ValidationError) {
    guard text != "off" else {
      span = nil
      return
    }
    guard let span = DurationText.parse(text) else {
      throw ValidationError(
        "--idle-after takes a span such as 90s, 5m or 1h30m, from 1s to 3650d, or off; not '\(text)'")
    }
    self.span = span
  }
}

/// A speed: from a hundredth to a thousand times.
struct SpeedArgument {
  let factor: Double

  init(_ factor: Double) { self.factor = factor }

  init(_ text: String) throws(ValidationError) {
    guard let factor = Double(text), (0.01...1000).contains(factor) else {
      throw ValidationError("--speed takes a number from 0.01 to 1000, such as 2 or 0.5, not '\(text)'")
    }
    self.factor = factor
  }
}
