internal import Glibc

/// One run of a program, by a thread that does nothing else.
struct RunningChild: Sendable {
  let program: String
  let arguments: [String]
  let environment: [String]
  let input: [UInt8]?
  let takesErrors: Bool
  /// Ready to read once the program is to be killed.
  let stop: StopSignal

  /// Between two looks whether a program has ended that has closed its output already, in milliseconds.
  private static let pause: Int32 = 10

  func run() -> Result<ChildProcess.End, FileProblem> {
    do throws(FileProblem) {
      return .success(try end())
    } catch {
      return .failure(error)
    }
  }

  private func end() throws(FileProblem) -> ChildProcess.End {
    let (output, errors, inward) = (
      try Pipe(), try takesErrors ? Pipe() : nil, try input == nil ? nil : Pipe()
    )
    defer { for pipe in [output, errors, inward] { pipe?.close() } }
    let child = try start(output, errors, inward)
    output.closeWriting()
    errors?.closeWriting()
    inward?.closeReading()
    let said = talk(output, errors, inward)
    // Nobody reads any more, so a program that goes on writing is told so instead of waiting for ever.
    output.closeReading()
    errors?.closeReading()
    let status = wait(for: child, isOver: said.isKilled || said.isTooMuch)
    guard !said.isTooMuch else { throw FileProblem("\(program) says too much, and was ended.") }
    guard let status else { throw FileProblem("\(program) did not end in time, and was ended.") }
    let signal = status & 0x7F
    return ChildProcess.End(
      status: signal == 0 ? status >> 8 & 0xFF : 128 + signal, output: said.output, errors: said.errors)
  }

  private struct Said {
    var output: [UInt8] = []
    var errors: [UInt8] = []
    var isKilled = false
    var isTooMuch: Bool { max(output.count, errors.count) > ChildProcess.longestOutput }
  }

  /// Gives the program its input and takes what it says, until it says no more.
  private func talk(_ output: Pipe, _ errors: Pipe?, _ inward: Pipe?) -> Said {
    var said = Said()
    var rest = (input ?? [])[...]
    var (hasOutput, hasErrors) = (true, errors != nil)
    if let inward { _ = fcntl(inward.writing, F_SETFL, O_NONBLOCK) }
    if rest.isEmpty { inward?.closeWriting() }
    while hasOutput || hasErrors, !said.isTooMuch {
      // A negative descriptor is left out.
      var polled = [
        pollfd(fd: stop.reading, events: Int16(POLLIN), revents: 0),
        pollfd(fd: hasOutput ? output.reading : -1, events: Int16(POLLIN), revents: 0),
        pollfd(fd: hasErrors ? errors?.reading ?? -1 : -1, events: Int16(POLLIN), revents: 0),
        pollfd(fd: inward?.writing ?? -1, events: Int16(POLLOUT), revents: 0),
      ]
      guard poll(&polled, nfds_t(polled.count), -1) >= 0 || errno == EINTR else { break }
      if polled[0].revents != 0 {
        said.isKilled = true
        break
      }
      if polled[1].revents != 0 { hasOutput = Self.read(output.reading, &said.output) }
      if polled[2].revents != 0, let errors { hasErrors = Self.read(errors.reading, &said.errors) }
      if polled[3].revents != 0, let inward, !Self.write(inward.writing, &rest) { inward.closeWriting() }
    }
    return said
  }

  /// Waits for the end of a program.
  ///
  /// - Returns: its status; nil where it was killed.
  private func wait(for child: pid_t, isOver: Bool) -> Int32? {
    var (status, isKilled) = (0 as Int32, isOver)
    if isKilled { kill(child, SIGKILL) }
    while true {
      let ended = waitpid(child, &status, isKilled ? 0 : WNOHANG)
      if ended == child { return isKilled ? nil : status }
      if ended < 0, errno != EINTR { return nil }
      guard ended == 0 else { continue }
      var polled = pollfd(fd: stop.reading, events: Int16(POLLIN), revents: 0)
      if poll(&polled, 1, Self.pause) > 0 {
        isKilled = true
        kill(child, SIGKILL)
      }
    }
  }

  /// - Returns: whether there may be more.
  private static func read(_ descriptor: Int32, _ bytes: inout [UInt8]) -> Bool {
    var chunk = [UInt8](repeating: 0, count: 4_096)
    let count = Glibc.read(descriptor, &chunk, chunk.count)
    guard count > 0 else { return count < 0 && errno == EINTR }
    bytes += chunk[..<count]
    return true
  }

  /// - Returns: whether there is more to write. A program that reads no further is none of our business.
  private static func write(_ descriptor: Int32, _ rest: inout ArraySlice<UInt8>) -> Bool {
    let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
    guard count >= 0 else { return errno == EINTR || errno == EAGAIN }
    rest = rest.dropFirst(count)
    return !rest.isEmpty
  }

  private func start(_ output: Pipe, _ errors: Pipe?, _ inward: Pipe?) throws(FileProblem) -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    if let inward { posix_spawn_file_actions_adddup2(&actions, inward.reading, STDIN_FILENO) }
    posix_spawn_file_actions_adddup2(&actions, output.writing, STDOUT_FILENO)
    if let errors { posix_spawn_file_actions_adddup2(&actions, errors.writing, STDERR_FILENO) }
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
    guard result == 0 else {
      throw FileProblem("\(program) cannot be started: \(String(cString: strerror(result))).")
    }
    return child
  }
}
