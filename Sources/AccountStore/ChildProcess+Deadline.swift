internal import MatrixWire
internal import Ports
internal import SmallFiles

extension ChildProcess {
  /// Runs a program that is killed where it takes longer than `span`.
  static func run(
    _ program: String, _ arguments: [String], environment: [String], input: [UInt8]?, takesErrors: Bool,
    within span: Duration, on time: any Timekeeper
  ) async throws(FileProblem) -> End {
    let late = FileProblem("\(program) did not end within \(span.wholeMilliseconds / 1000) s, and was ended.")
    do {
      let end = try await withDeadline(span, on: time) {
        try await run(program, arguments, environment: environment, input: input, takesErrors: takesErrors)
      }
      guard let end else { throw late }
      return end
    } catch let problem as FileProblem {
      throw problem
    } catch {
      throw late
    }
  }
}
