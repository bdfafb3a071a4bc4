internal import MatrixWire
internal import Ports

/// The `Date` header every answer has (RFC 9110, 6.6.1), written once a second.
struct DateLine: Sendable {
  private var second: Int64?
  private var line = ""

  /// The whole line, with its end.
  mutating func text(at now: WallTime) -> String {
    let second = now.milliseconds / 1000
    if self.second != second {
      self.second = second
      line = "Date: \(HTTPDate.text(seconds: second))\r\n"
    }
    return line
  }
}
