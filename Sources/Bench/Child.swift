internal import Glibc

/// A server in a process of its own, and what it costs.
final class Child: Sendable {
  let pid: pid_t
  /// What it printed before it was ready.
  let lines: [String]
  private let output: Int32

  /// - Parameters:
  ///   - arguments: the program, and what it is told.
  ///   - environment: what it finds in its environment besides ours, each as `NAME=value`.
  ///   - ready: the line it prints when it is ready; nil where nothing is waited for.
  /// - Throws: `BenchError` where it does not start, or ends before it is ready.
  init(_ arguments: [String], environment: [String] = [], until ready: String? = "ready") throws {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { throw BenchError("No pipe: \(errno)") }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
    var words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) }
    words.append(nil)
    defer { for word in words { free(word) } }
    let variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup($0) }
    defer { for variable in variables { free(variable) } }
    var pid: pid_t = 0
    var all = variables
    var next = environ
    while let variable = next.pointee {
      all.append(variable)
      next += 1
    }
    all.append(nil)
    let result = posix_spawn(&pid, arguments[0], &actions, nil, words, all)
    close(ends[1])
    guard result == 0 else {
      close(ends[0])
      throw BenchError("\(arguments[0]) does not start: \(String(cString: strerror(result)))")
    }
    self.pid = pid
    output = ends[0]
    lines = ready.map { Self.read(ends[0], until: $0) } ?? []
    if let ready, lines.last != ready {
      kill(pid, SIGKILL)
      throw BenchError("\(arguments.joined(separator: " ")) ended before it was ready.")
    }
  }

  deinit {
    kill(pid, SIGKILL)
    var status: Int32 = 0
    waitpid(pid, &status, 0)
    close(output)
  }

  /// Reads lines up to one, or as many as there are.
  private static func read(_ descriptor: Int32, until ready: String?) -> [String] {
    var lines: [String] = []
    var line: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      guard count > 0 else { return lines }
      for byte in buffer.prefix(count) {
        guard byte == UInt8(ascii: "\n") else {
          line.append(byte)
          continue
        }
        lines.append(String(decoding: line, as: UTF8.self))
        if let ready, lines.last == ready { return lines }
        line = []
      }
    }
  }

  /// The values of lines that begin with a word.
  func values(_ word: String) -> [Substring] {
    lines.filter { $0.hasPrefix(word + " ") }.map { $0.dropFirst(word.count + 1) }
  }

  /// The value of the newest line that begins with a word, of those it printed since it was ready.
  func newest(_ word: String) -> String? {
    _ = fcntl(output, F_SETFL, O_NONBLOCK)
    return Self.read(output, until: nil).last { $0.hasPrefix(word + " ") }.map {
      String($0.dropFirst(word.count + 1))
    }
  }

  /// Whether it has not ended.
  var isRunning: Bool {
    var info = siginfo_t()
    return waitid(P_PID, id_t(pid), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_signo == 0
  }

  /// How many files and connections it has open.
  var descriptors: Int {
    guard let folder = opendir("/proc/\(pid)/fd") else { return 0 }
    defer { closedir(folder) }
    var count = 0
    while readdir(folder) != nil { count += 1 }
    return count
  }

  var port: Int { values("port").first.flatMap { Int($0) } ?? 0 }

  /// Processor time it has used, in microseconds.
  var processorTime: Double {
    var clock = clockid_t()
    guard clock_getcpuclockid(pid, &clock) == 0 else { return 0 }
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) * 1e6 + Double(time.tv_nsec) / 1e3
  }

  /// Resident memory in kB.
  var resident: Double {
    guard let file = fopen("/proc/\(pid)/status", "r") else { return 0 }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 512)
    while fgets(&line, Int32(line.count), file) != nil {
      let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      guard text.hasPrefix("VmRSS:") else { continue }
      return Double(text.split(whereSeparator: { " \t".contains($0) }).dropFirst().first ?? "") ?? 0
    }
    return 0
  }
}
