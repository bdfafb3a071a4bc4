/// What is wrong with a file that a person wrote, where, and what was expected instead.
///
/// Reads as `themes/paper.toml:12: unknown role 'onlin'; did you mean 'online'?`. What it quotes from the file
/// is safe to print.
public struct ConfigError: Error, Hashable, Sendable, CustomStringConvertible {
  public let file: String

  /// Counted from 1; nil if the whole file is meant.
  public let line: Int?

  public let message: String

  public init(file: String, line: Int? = nil, message: String) {
    self.file = file
    self.line = line
    self.message = message
  }

  public var description: String {
    let place = line.map { "\(file):\($0)" } ?? file
    return "\(place): \(message)"
  }
}

extension String {
  /// The text in quotes as a message may show it: on one line, not too long, nothing that steers a terminal.
  var quoted: String { "'\(printable)'" }

  /// The text without anything that steers a terminal.
  var printable: String {
    let limit = 200
    var result = ""
    for scalar in unicodeScalars.prefix(limit) {
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned: result += "?"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return unicodeScalars.count > limit ? result + "..." : result
  }
}
