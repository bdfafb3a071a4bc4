internal import CTerminal
public import Ports
internal import Screen

/// Opens the terminal for as long as `body` runs, and gives it back however that ends.
public func withTerminal<Result: Sendable>(
  _ options: TerminalOptions, on time: any Timekeeper, _ body: (Terminal) async throws -> Result
) async throws -> Result {
  let terminal = try await Terminal.open(options, on: time)
  do {
    let result = try await body(terminal)
    await terminal.close()
    return result
  } catch {
    await terminal.close()
    throw error
  }
}

/// Lets a stack overflow of the calling thread be handled like other crashes while a terminal is open.
///
/// Call it first thing on the main thread, and again before recursing over data from outside: once an asynchronous
/// `main` has waited, the main actor's jobs run on threads of Swift's pool, and those have no stack for signal handlers
/// unless this is called on them. Overflowing one without it ends the process with the terminal as it is. Calling it
/// twice on a thread costs nothing.
public func protectThisThread() {
  porch_terminal_protect_thread()
}
