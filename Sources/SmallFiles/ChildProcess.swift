internal import Glibc

/// A short-lived program that is given a little and says a little.
public enum ChildProcess {
  public struct End: Hashable, Sendable {
    /// What it ended with; 128 and the signal's number where a signal ended it.
    public let status: Int32
    public let output: [UInt8]
  }

  /// In bytes; more is no answer to anything asked here.
  private static let longestOutput = 65_536

  /// Runs a program to its end. Its standard error is this process's.
  ///
  /// - Parameters:
  ///   - program: its path.
  ///   - arguments: without its name. They are no secret: every process may read them.
  ///   - environment: its variables, as `NAME=value`.
  ///   - input: its standard input, at most what a pipe holds (4,096 bytes); nil leaves it this process's.
  /// - Returns: its end.
  /// - Throws: `FileProblem` where it cannot be started, or says too much.
  public static func run(
    _ program: String, _ arguments: [String], environment: [String], input: [UInt8]?
  ) throws(FileProblem) -> End {
    var (reading, writing) = ([Int32](repeating: -1, count: 2), [Int32](repeating: -1, count: 2))
    guard makePipe(&reading) else { throw failure("No pipe can be made", errno) }
    defer { closeAll(reading) }
    if let input {
      guard input.count <= 4_096, makePipe(&writing) else {
        throw failure("No pipe can be made", errno)
      }
      // It fits, so nothing waits for the reader.
      _ = input.withUnsafeBytes { write(writing[1], $0.baseAddress, $0.count) }
      close(writing[1])
      writing[1] = -1
    }
    defer { closeAll(writing) }
    let child = try start(program, arguments, environment, input: writing[0], output: reading[1])
    close(reading[1])
    reading[1] = -1
    let output = read(reading[0])
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0, errno == EINTR {}
    guard output.count <= longestOutput else { throw FileProblem("\(program) says too much.") }
    let signal = status & 0x7F
    return End(status: signal == 0 ? status >> 8 & 0xFF : 128 + signal, output: output)
  }

  private static func makePipe(_ ends: inout [Int32]) -> Bool {
    guard pipe(&ends) == 0 else { return false }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return true
  }

  private static func start(
    _ program: String, _ arguments: [String], _ environment: [String], input: Int32, output: Int32
  ) throws(FileProblem) -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    if input >= 0 { posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO) }
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
    // What this process ignores or blocks, the program shall not.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var (defaults, blocked) = (sigset_t(), sigset_t())
    sigemptyset(&defaults)
    for number in [SIGPIPE, SIGXFSZ] { sigaddset(&defaults, number) }
    sigemptyset(&blocked)
    posix_spawnattr_setsigdefault(&attributes, &defaults)
    posix_spawnattr_setsigmask(&attributes, &blocked)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
    var words = ([program] + arguments).map { strdup($0) } + [nil]
    var variables = environment.map { strdup($0) } + [nil]
    defer { for word in words + variables { free(word) } }
    var child = pid_t()
    let result = posix_spawn(&child, program, &actions, &attributes, &words, &variables)
    guard result == 0 else { throw failure("\(program) cannot be started", result) }
    return child
  }

  private static func read(_ descriptor: Int32) -> [UInt8] {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4_096)
    while bytes.count <= longestOutput {
      let count = Glibc.read(descriptor, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { break }
      bytes += chunk[..<count]
    }
    return bytes
  }

  private static func closeAll(_ descriptors: [Int32]) {
    for descriptor in descriptors where descriptor >= 0 { close(descriptor) }
  }

  private static func failure(_ what: String, _ code: Int32) -> FileProblem {
    FileProblem("\(what): \(String(cString: strerror(code))).")
  }
}
