import Glibc
import Ports
import Screen
import TerminalDriver
import Testing

/// Real terminals: their modes, their size, signals, and one that stops reading.
extension TerminalTests {
  @Test func theModesOfAPseudoTerminalAreRestored() async throws {
    let terminal = PseudoTerminal(rows: 10, columns: 33)
    let before = terminal.modes
    try await withTerminal(terminal.options, on: MonotonicTime()) { screen in
      #expect(await screen.size() == Size(rows: 10, columns: 33))
      #expect(terminal.modes != before)
      terminal.type("q")
      #expect(await screen.events(upTo: .key(.character("q"))).count == 1)
    }
    #expect(terminal.modes == before)
  }

  /// Nobody reads the main side: the terminal is full after some pictures.
  @Test func aTerminalThatStopsReadingHoldsUpNothing() async throws {
    let terminal = PseudoTerminal(rows: 50, columns: 200)
    let before = terminal.modes
    try await withTerminal(terminal.options, on: MonotonicTime()) { screen in
      for number in 0..<40 {
        let text: SafeText = number == 39 ? "the newest" : ""
        await screen.present(patches(from: nil, to: busyPicture(number, text)), cursor: nil)
      }
      kill(getpid(), SIGTERM)
      #expect(await screen.events(upTo: .terminate(signal: SIGTERM)) == [.terminate(signal: SIGTERM)])
      terminal.type("q")
      #expect(await screen.events(upTo: .key(.character("q"))).count == 1)
      #expect(terminal.read(until: "the newest").contains("the newest"))
    }
    #expect(terminal.modes == before)
  }

  @Test func aTerminalThatNeverReadsAgainIsGivenBackAllTheSame() async throws {
    let terminal = PseudoTerminal(rows: 50, columns: 200)
    let before = terminal.modes
    let isNonblocking = fcntl(terminal.side, F_GETFL) & O_NONBLOCK
    try await withTerminal(terminal.options, on: MonotonicTime()) { screen in
      for number in 0..<40 {
        await screen.present(patches(from: nil, to: busyPicture(number)), cursor: nil)
      }
      // The descriptor is the shell's too.
      #expect(fcntl(terminal.side, F_GETFL) & O_NONBLOCK == isNonblocking)
    }
    #expect(terminal.modes == before)
    // What stood in its way was dropped, and this is the first that the user reads when it goes on.
    #expect(terminal.read(until: "\u{1B}[?1049l").contains("\u{1B}[?1049l"))
  }

  @Test func aNewSizeIsReported() async throws {
    let terminal = PseudoTerminal(rows: 10, columns: 33)
    try await withTerminal(terminal.options, on: MonotonicTime()) { screen in
      terminal.resize(rows: 7, columns: 44)
      kill(getpid(), SIGWINCH)
      let size = Size(rows: 7, columns: 44)
      #expect(await screen.events(upTo: .resized(size)) == [.resized(size)])
      #expect(await screen.size() == size)
    }
  }

  @Test(arguments: [SIGTERM, SIGHUP, SIGINT]) func aRequestToEndIsAnEvent(signal: Int32) async throws {
    let wires = Wires()
    try await withTerminal(wires.options, on: MonotonicTime()) { terminal in
      kill(getpid(), signal)
      #expect(await terminal.events(upTo: .terminate(signal: signal)) == [.terminate(signal: signal)])
    }
  }
}
