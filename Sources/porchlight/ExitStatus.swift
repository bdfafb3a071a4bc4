internal import ArgumentParser
internal import Glibc
internal import Screen

/// What the process ends with, and what it says then.
enum ExitStatus {
  /// It failed, or found nobody.
  static let failed: Int32 = 1
  /// It was started wrongly: bad arguments, a bad theme, no terminal.
  static let usage: Int32 = 2
  /// There is no session, or it has ended.
  static let notLoggedIn: Int32 = 3
  /// No answer.
  static let network: Int32 = 4
  /// Too often.
  static let rateLimited: Int32 = 5
  /// The server does not have what was asked for.
  static let noPresence: Int32 = 6

  /// Ends the process: help and version on standard output with 0, everything else as one line on standard
  /// error.
  static func end(with error: any Error) -> Never {
    if let code = error as? ExitCode { exit(code.rawValue) }
    if let error = error as? Failure {
      Output.complain(error.message)
      exit(error.status)
    }
    if RootCommand.exitCode(for: error) == .success {
      Output.line(RootCommand.fullMessage(for: error))
      exit(0)
    }
    let isUsage = RootCommand.exitCode(for: error) == .validationFailure
    Output.complain(plain(RootCommand.message(for: error)))
    exit(isUsage ? usage : failed)
  }

  /// The parser's words: an explanation that names its option says it all, and a slip is shown the way on.
  private static func plain(_ message: String) -> String {
    let prefixes = ["The value '", "Unexpected argument", "Unknown option", "Missing expected argument"]
    guard let kind = prefixes.firstIndex(where: message.hasPrefix) else { return message }
    guard kind == 0 else { return "\(message); see --help" }
    let parts = message.split(separator: "': --", maxSplits: 1)
    return parts.count == 2 ? "--\(parts[1])" : message
  }
}

/// It did not work; the message says what failed and what to do.
struct Failure: Error {
  let message: String
  let status: Int32

  init(_ message: String, status: Int32 = ExitStatus.failed) {
    self.message = message
    self.status = status
  }
}

extension String {
  /// The words of a message without the period at their end, for a sentence that goes on.
  var clause: String { hasSuffix(".") ? String(dropLast()) : self }
}

/// Where the process writes to.
enum Output {
  /// What went wrong, as one line on standard error. Part of it may be what others said.
  static func complain(_ message: String) { error("porchlight: \(SafeText(untrusted: message))") }

  /// What helps a person at a terminal and a script has no use for, as one line on standard error.
  static func remark(_ message: String) {
    if isTerminal { complain(message) }
  }

  /// Whether a person reads standard output.
  static var isTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

  /// Whether standard output still has a reader.
  static var hasReader: Bool {
    var descriptor = pollfd(fd: STDOUT_FILENO, events: 0, revents: 0)
    return poll(&descriptor, 1, 0) <= 0
  }

  /// Text of this program's own on standard error, ended by a newline.
  static func error(_ message: String) { _ = write(message, to: STDERR_FILENO) }

  /// A question at the terminal, without a newline, where it is not mistaken for data.
  static func prompt(_ question: String) { _ = write(bytes: Array(question.utf8), to: STDERR_FILENO) }

  /// One line on standard output, at once; false where it has no reader any more. Ends the process where it cannot be
  /// written for another reason.
  @discardableResult
  static func line(_ text: String) -> Bool {
    if write(text, to: STDOUT_FILENO) { return true }
    guard errno == EPIPE else {
      complain("standard output cannot be written: \(String(cString: strerror(errno)))")
      exit(ExitStatus.failed)
    }
    return false
  }

  private static func write(_ message: String, to descriptor: Int32) -> Bool {
    write(bytes: Array((message.hasSuffix("\n") ? message : message + "\n").utf8), to: descriptor)
  }

  private static func write(bytes: [UInt8], to descriptor: Int32) -> Bool {
    var line = bytes[...]
    while !line.isEmpty {
      let written = line.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if written < 0, errno == EINTR { continue }
      guard written > 0 else { return false }
      line = line.dropFirst(written)
    }
    return true
  }
}
