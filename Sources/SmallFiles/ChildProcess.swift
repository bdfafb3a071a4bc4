internal import Glibc

/// A short-lived program that is given a little and says a little.
public enum ChildProcess {
  public struct End: Hashable, Sendable {
    /// What it ended with; 128 and the signal's number where a signal ended it.
    public let status: Int32
    public let output: [UInt8]
    /// Its standard error, where that was taken; empty otherwise.
    public let errors: [UInt8]
  }

  /// In bytes; more is no answer to anything asked here.
  static let longestOutput = 65_536
  /// In bytes; what is larger belongs into a file.
  private static let longestInput = 65_536

  /// Runs a program to its end, on a thread of its own: no thread of the pool waits for it. Where the task is cancelled the
  /// program is killed.
  ///
  /// - Parameters:
  ///   - program: its path.
  ///   - arguments: without its name. They are no secret: every process may read them.
  ///   - environment: its variables, as `NAME=value`.
  ///   - input: its standard input, at most 64 KiB; nil leaves it this process's.
  ///   - takesErrors: whether its standard error is taken; otherwise it is this process's.
  /// - Returns: its end.
  /// - Throws: `FileProblem` where it cannot be started, says too much (64 KiB), or was killed.
  public static func run(
    _ program: String, _ arguments: [String], environment: [String], input: [UInt8]?,
    takesErrors: Bool = false
  ) async throws(FileProblem) -> End {
    guard input?.count ?? 0 <= longestInput else { throw FileProblem("\(program) is to be given too much.") }
    let stop = try StopSignal()
    let child = RunningChild(
      program: program, arguments: arguments, environment: environment, input: input,
      takesErrors: takesErrors,
      stop: stop)
    let result = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        OwnThread.start { continuation.resume(returning: child.run()) }
      }
    } onCancel: {
      stop.send()
    }
    return try result.get()
  }
}
