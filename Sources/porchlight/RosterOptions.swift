internal import ArgumentParser
internal import PorchlightApp
internal import PorchlightConfig
internal import PorchlightSDK
internal import Screen
internal import TerminalDriver

/// How the roster looks and behaves, wherever it comes from.
struct RosterOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "How long without a key until you count as idle, such as 90s, 5m or 1h30m; off for never. (default: 5m)",
      valueName: "span"),
    transform: { try IdleLimit($0) })
  var idleAfter = IdleLimit(.seconds(300))

  @Option(
    help: ArgumentHelp(
      "A theme by name, or a theme file. Without it, dark or light by the terminal's background.",
      valueName: "name|file"))
  var theme: String?

  @Flag(help: "Draw with ASCII only.")
  var ascii = false

  /// Takes the terminal for the length of `body`, then ends as the roster ended.
  func run(_ body: @escaping @Sendable (Terminal, AppOptions) async throws -> ExitReason) async throws {
    let surroundings = ProcessEnvironment()
    let chosen = try loadTheme(surroundings.themes)
    var terminalOptions = surroundings.terminal
    terminalOptions.asksBackground = chosen == nil
    let reason: ExitReason
    do {
      reason = try await withTerminal(terminalOptions, on: SystemTimekeeper()) { terminal in
        let colors = terminal.capabilities.colors
        let byBackground = BackgroundThemes(colors: colors)
        // Until the terminal has answered, what the environment says; most terminals are dark.
        var options = AppOptions(
          theme: chosen.map { Theme($0, colors: colors) }
            ?? byBackground.theme(isLight: surroundings.isBackgroundLight ?? false),
          seed: UInt64.random(in: .min ... .max))
        if chosen == nil { options.themesByBackground = byBackground }
        options.idleAfter = idleAfter.span
        options.glyphs = ascii ? .ascii : .unicode
        options.utcOffset = ProcessEnvironment.utcOffset
        return try await withThrowingTaskGroup(of: ExitReason?.self) { [options] group in
          group.addTask { try await body(terminal, options) }
          group.addTask {
            await StartupPages.giveBack(on: SystemTimekeeper())
            return nil
          }
          defer { group.cancelAll() }
          while let reason = try await group.next() {
            if let reason { return reason }
          }
          return .cancelled
        }
      }
    } catch let error as TerminalError {
      throw Failure(error.message, status: ExitStatus.usage)
    }
    switch reason {
    case .quit, .endOfInput, .cancelled: break
    case .signal(let number): throw ExitCode(128 + number)
    // The caller knows which session it was, and says what to do.
    case .loggedOut(let error): throw error
    }
  }

  /// The theme the user names; nil leaves it to the terminal's background.
  private func loadTheme(_ search: ThemeSearch) throws(Failure) -> ThemeFile? {
    guard let theme else { return nil }
    do {
      return try search.find(theme)
    } catch {
      throw Failure(error.description, status: ExitStatus.usage)
    }
  }
}
