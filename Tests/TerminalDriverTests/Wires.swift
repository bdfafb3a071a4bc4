import Glibc
import Ports
import Screen
import TerminalDriver

/// A pipe as the keyboard and a file as the screen.
final class Wires {
  let output: Int32
  private let keyboard: Int32
  private var typing: Int32

  init() {
    var ends: [Int32] = [-1, -1]
    _ = pipe(&ends)
    keyboard = ends[0]
    typing = ends[1]
    var name = Array("/tmp/porchlight-driver-XXXXXX".utf8CString)
    output = mkstemp(&name)
    unlink(name)
  }

  deinit {
    unplug()
    close(keyboard)
    close(output)
  }

  var options: TerminalOptions {
    var options = TerminalOptions(termName: "xterm-256color")
    options.locale = "C.UTF-8"
    options.inputDescriptor = keyboard
    options.outputDescriptor = output
    options.requiresTerminal = false
    options.fallbackSize = Size(rows: 5, columns: 20)
    return options
  }

  func type(_ text: String) { type(Array(text.utf8)) }

  func type(_ bytes: [UInt8]) {
    _ = write(typing, bytes, bytes.count)
  }

  /// No more keys will come.
  func unplug() {
    if typing >= 0 { close(typing) }
    typing = -1
  }

  /// How many bytes were written to the screen.
  var count: Int { Int(lseek(output, 0, SEEK_END)) }

  /// Everything that was written to the screen from an offset on.
  func written(from offset: Int = 0) -> String {
    var bytes = [UInt8](repeating: 0, count: max(1, count - offset))
    let got = pread(output, &bytes, bytes.count, offset)
    return String(decoding: bytes.prefix(max(0, got)), as: UTF8.self)
  }
}

/// A real pseudo terminal.
final class PseudoTerminal {
  let main: Int32
  let side: Int32

  init(rows: UInt16, columns: UInt16) {
    // The C functions for this are not in the Glibc module; these requests are what they consist of.
    let (getNumber, setLock) = (UInt(0x8004_5430), UInt(0x4004_5431))
    main = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
    var unlocked: Int32 = 0
    var number: Int32 = -1
    _ = ioctl(main, setLock, &unlocked)
    _ = ioctl(main, getNumber, &number)
    side = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY | O_CLOEXEC)
    resize(rows: rows, columns: columns)
  }

  deinit {
    close(main)
    close(side)
  }

  func resize(rows: UInt16, columns: UInt16) {
    var size = winsize(ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
    _ = ioctl(side, UInt(TIOCSWINSZ), &size)
  }

  var options: TerminalOptions {
    var options = TerminalOptions(termName: "xterm-256color")
    options.locale = "C.UTF-8"
    options.inputDescriptor = side
    options.outputDescriptor = side
    return options
  }

  /// The terminal's modes as comparable numbers.
  var modes: [UInt32] {
    var modes = termios()
    tcgetattr(side, &modes)
    return [modes.c_iflag, modes.c_oflag, modes.c_cflag, modes.c_lflag]
  }

  func type(_ text: String) {
    let bytes = Array(text.utf8)
    _ = write(main, bytes, bytes.count)
  }

  /// Reads what is shown, up to a text, or until nothing comes for a second.
  func read(until text: String) -> String {
    var shown = ""
    var bytes = [UInt8](repeating: 0, count: 65_536)
    var readable = pollfd(fd: main, events: Int16(POLLIN), revents: 0)
    while !shown.contains(text), poll(&readable, 1, 1_000) > 0 {
      let count = Glibc.read(main, &bytes, bytes.count)
      guard count > 0 else { break }
      shown += String(decoding: bytes.prefix(count), as: UTF8.self)
    }
    return shown
  }
}

extension ScreenDevice {
  /// The events up to and including one.
  func events(upTo last: InputEvent) async -> [InputEvent] {
    var result: [InputEvent] = []
    for await event in events {
      result.append(event)
      if event == last { break }
    }
    return result
  }
}

/// The clock of this machine: what is driven here is a real terminal.
struct MonotonicTime: Timekeeper {
  var instant: Instant {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Instant(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
  }

  var wallTime: WallTime { WallTime(milliseconds: 0) }

  func sleep(until deadline: Instant) async throws { try await Task.sleep(for: deadline - instant) }
}
