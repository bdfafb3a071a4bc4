internal import ArgumentParser
internal import Glibc

/// What the process ends with, and what it says then.
enum ExitStatus {
  /// It failed.
  static let failed: Int32 = 1
  /// It was started wrongly: bad arguments, a bad theme, no terminal.
  static let usage: Int32 = 2

  /// Ends the process: help and version on standard output with 0, everything else as one line on standard
  /// error.
  static func end(with error: any Error) -> Never {
    if let code = error as? ExitCode { exit(code.rawValue) }
    if let error = error as? UsageError {
      Output.error("porchlight: \(error.message)")
      exit(usage)
    }
    if RootCommand.exitCode(for: error) == .success {
      print(RootCommand.fullMessage(for: error))
      exit(0)
    }
    let isUsage = RootCommand.exitCode(for: error) == .validationFailure
    let message = RootCommand.message(for: error)
    Output.error("porchlight: \(message.split(whereSeparator: \.isNewline).joined(separator: " "))")
    exit(isUsage ? usage : failed)
  }
}

/// It cannot start like that; the message says what to change.
struct UsageError: Error {
  let message: String
}

/// Standard error.
enum Output {
  /// One message, ended by a newline.
  static func error(_ message: String) {
    var line = Array((message.hasSuffix("\n") ? message : message + "\n").utf8)[...]
    while !line.isEmpty {
      let written = line.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
      guard written > 0 else { return }
      line = line.dropFirst(written)
    }
  }
}
