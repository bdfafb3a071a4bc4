/// Why there is no terminal to draw on, in words for the person who started the program.
public struct TerminalError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The kinds of failure. More may be added.
  public struct Code: Hashable, Sendable {
    private enum Value: Hashable, Sendable {
      case notATerminal, noName, unknownTerminal, tooSimple, alreadyOpen, refused
    }

    private let value: Value

    /// Keys or the picture go to a file or a pipe.
    public static let notATerminal = Code(value: .notATerminal)
    /// TERM is not set.
    public static let noName = Code(value: .noName)
    /// TERM names something terminfo does not know.
    public static let unknownTerminal = Code(value: .unknownTerminal)
    /// The terminal cannot move its cursor.
    public static let tooSimple = Code(value: .tooSimple)
    /// This process has a terminal open already.
    public static let alreadyOpen = Code(value: .alreadyOpen)
    /// The system refused a resource.
    public static let refused = Code(value: .refused)
  }

  public let code: Code
  public let message: String

  public var description: String { message }
}

extension TerminalError {
  static let inputNotATerminal = TerminalError(
    code: .notATerminal,
    message: "standard input is not a terminal; start porchlight without redirecting its input")

  static let outputNotATerminal = TerminalError(
    code: .notATerminal,
    message: "standard output is not a terminal; start porchlight without redirecting its output")

  static let noName = TerminalError(
    code: .noName,
    message: "TERM is not set; set it to your terminal's kind, for example TERM=xterm-256color")

  static let alreadyOpen = TerminalError(
    code: .alreadyOpen, message: "the terminal is open already; close it before opening it again")

  static let refused = TerminalError(
    code: .refused, message: "the system refused to open the terminal; is it short of files or memory?")

  static func unknown(_ name: String) -> TerminalError {
    TerminalError(
      code: .unknownTerminal,
      message: """
        terminal '\(printable(name))' (from TERM) is not in the terminfo database; \
        install the package ncurses-term or set TERM=xterm-256color
        """)
  }

  static let noDatabase = TerminalError(
    code: .unknownTerminal,
    message: "there is no terminfo database; install the package ncurses-base or set TERMINFO")

  static func tooSimple(_ name: String) -> TerminalError {
    TerminalError(
      code: .tooSimple,
      message: """
        terminal '\(printable(name))' (from TERM) cannot move its cursor; \
        use a terminal that can, or set TERM to its real kind, for example TERM=xterm-256color
        """)
  }

  private static func printable(_ name: String) -> String {
    String(name.unicodeScalars.prefix(80).map { $0.value > 32 && $0.value < 127 ? Character($0) : "?" })
  }
}
