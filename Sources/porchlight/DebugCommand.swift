internal import ArgumentParser
internal import Glibc
internal import Screen
internal import TerminalDriver

/// `porchlight debug`: what tests of the real binary need. Hidden.
struct DebugCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "debug", abstract: "For tests of the binary.", shouldDisplay: false,
    subcommands: [CrashCommand.self])
}

/// `porchlight debug crash KIND`: takes the terminal, draws, and crashes, to see the terminal given back.
struct CrashCommand: AsyncParsableCommand {
  enum Kind: String, ExpressibleByArgument, CaseIterable {
    /// A Swift trap on the main thread.
    case trap
    /// A Swift trap on the thread of a task.
    case taskTrap = "task-trap"
    case segv
    case abort
    /// A stack overflow on the main thread.
    case mainOverflow = "main-overflow"
  }

  static let configuration = CommandConfiguration(
    commandName: "crash", abstract: "Crash with the terminal taken.")

  @Argument(help: "How to crash.")
  var kind: Kind

  func run() async throws {
    do {
      try await withTerminal(ProcessEnvironment().terminal, on: SystemTimekeeper()) { terminal in
        var painter = Painter(size: await terminal.size())
        painter.put("about to crash", row: 0, column: 0)
        await terminal.present(patches(from: nil, to: painter.grid), cursor: nil)
        try await Task.sleep(for: .milliseconds(300))
        await crash()
      }
    } catch let error as TerminalError {
      throw Failure(error.message, status: ExitStatus.usage)
    }
  }

  private func crash() async {
    switch kind {
    case .trap: await onMainActor { Self.trap() }
    case .taskTrap: Self.trap()
    case .segv: Glibc.raise(SIGSEGV)
    case .abort: Glibc.abort()
    case .mainOverflow:
      await onMainActor {
        protectThisThread()
        print(Self.depth(.max))
      }
    }
  }

  @MainActor
  private func onMainActor(_ body: () -> Void) { body() }

  private static func trap() {
    let empty: [Int] = []
    // An index out of range, as a programming mistake has it.
    print(empty[empty.count + Int.random(in: 0...0)])
  }

  @inline(never)
  private static func depth(_ number: Int) -> Int {
    guard number > 0 else { return 0 }
    // Each call keeps its array, so that no optimiser turns this into a loop.
    let ballast = [number, number &+ 1, Int.random(in: 0...1)]
    return depth(number - 1) &+ ballast[number % 3]
  }
}
