public import Screen

/// How a terminal is to be opened. Nothing here is read from the environment: the caller passes it.
public struct TerminalOptions: Hashable, Sendable {
  /// The name that terminfo knows the terminal by, the environment's TERM.
  public var termName: String?

  /// If false, not one colour sequence is written.
  public var useColor = true

  /// Whether to ask the terminal what its background is, where its kind is one that answers or keeps silent rather
  /// than show the question. Nothing waits for the answer, which comes as an event.
  public var asksBackground = false

  /// The locale for LC_CTYPE, such as `C.UTF-8`. Unless it is a UTF-8 locale, the terminal's capabilities say
  /// that only ASCII can be shown.
  public var locale = "C"

  /// Where keys are read.
  public var inputDescriptor: Int32 = 0

  /// Where the picture goes.
  public var outputDescriptor: Int32 = 1

  /// Whether to refuse descriptors that are not a terminal. Tests draw into files.
  public var requiresTerminal = true

  /// The size of an output that has none of its own, such as a file.
  public var fallbackSize: Size?

  public init(termName: String?, useColor: Bool = true) {
    self.termName = termName
    self.useColor = useColor
  }
}
