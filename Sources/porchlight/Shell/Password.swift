internal import Glibc

/// A password as a person types it: never shown, never an argument.
enum Password {
  private static let longest = 1024

  /// Reads it from the terminal without showing it, or from standard input where that is none.
  ///
  /// - Parameter confirmed: whether a new password is typed twice at a terminal.
  /// - Returns: the password.
  /// - Throws: `Failure` where there is none.
  static func read(confirmed: Bool) throws(Failure) -> String {
    let password = try read(as: "Password: ", what: "password")
    guard isatty(STDIN_FILENO) == 1 else { return password }
    if confirmed, try ask("The same again: ") != password {
      throw Failure("the two passwords differ; nothing was done", status: ExitStatus.usage)
    }
    return password
  }

  /// Reads a secret in the same way.
  ///
  /// - Parameters:
  ///   - question: what a terminal shows.
  ///   - what: what to call it where there is none.
  /// - Returns: the first line.
  /// - Throws: `Failure` where there is none.
  static func read(as question: String, what: String) throws(Failure) -> String {
    let secret = isatty(STDIN_FILENO) == 1 ? try ask(question) : try line()
    guard let secret, !secret.isEmpty else {
      throw Failure(
        "there is no \(what): type one, or give it as the first line of standard input",
        status: ExitStatus.usage)
    }
    return secret
  }

  private static func ask(_ question: String) throws(Failure) -> String? {
    guard QuietTerminal.begin(asking: question) else {
      throw Failure("the terminal cannot be kept from showing the password; give it on standard input")
    }
    defer {
      QuietTerminal.end()
      Output.prompt("\n")
    }
    return try line()
  }

  /// The first line, without its end; nil where there is none.
  private static func line() throws(Failure) -> String? {
    var bytes: [UInt8] = []
    var suspensions = QuietTerminal.suspensions
    while true {
      var byte: UInt8 = 0
      let count = Glibc.read(STDIN_FILENO, &byte, 1)
      if count < 0, errno == EINTR { continue }
      if suspensions != QuietTerminal.suspensions {
        // The question was put again, and with it what was typed before is void.
        suspensions = QuietTerminal.suspensions
        bytes = []
      }
      guard count >= 0 else {
        throw Failure("the password cannot be read: \(String(cString: strerror(errno)))")
      }
      if count == 0, bytes.isEmpty { return nil }
      if count == 0 || byte == UInt8(ascii: "\n") { break }
      bytes.append(byte)
      guard bytes.count <= longest else {
        throw Failure("a password has at most \(longest) bytes", status: ExitStatus.usage)
      }
    }
    if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw Failure("the password is not UTF-8", status: ExitStatus.usage)
    }
    return text
  }
}
