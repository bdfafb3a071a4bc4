internal import PorchlightTestSupport
internal import SmallFiles
internal import Testing

/// Programs that say too much, read nothing, or do not end.
struct ChildProcessTests {
  private func run(_ script: String, _ input: [UInt8]? = [], takesErrors: Bool = false) async throws
    -> ChildProcess.End
  {
    try await ChildProcess.run(
      "/bin/sh", ["-c", script], environment: ["PATH=/usr/bin:/bin"], input: input, takesErrors: takesErrors)
  }

  @Test func whatItSaysAndEndsWithIsTold() async throws {
    let end = try await run("cat; echo no >&2; exit 3", Array("hello".utf8), takesErrors: true)
    #expect(end.status == 3)
    #expect(end.output == Array("hello".utf8))
    #expect(end.errors == Array("no\n".utf8))
    #expect(try await run("kill -9 $$").status == 128 + 9)
  }

  @Test func moreThanAPipeHoldsGoesThrough() async throws {
    let input = [UInt8](repeating: 0x61, count: 65_536)
    #expect(try await run("cat", input).output == input)
    #expect(try await run("exec <&-; sleep 0.1; echo over", input).output == Array("over\n".utf8))
    await #expect(throws: FileProblem.self) { try await run("cat", input + [0]) }
  }

  @Test(.timeLimit(.minutes(1))) func aProgramThatSaysTooMuchIsEnded() async {
    let problem = await #expect(throws: FileProblem.self) {
      try await run("trap '' PIPE; while :; do echo y; done")
    }
    #expect(problem?.message.contains("too much") == true)
  }

  @Test(.timeLimit(.minutes(1)), arguments: ["sleep 20", "exec >&-; sleep 20", "sleep 20 & sleep 20"])
  func aProgramThatDoesNotEndIsKilledWithTheTask(_ script: String) async {
    let task = Task { try await run(script) }
    task.cancel()
    let problem = await #expect(throws: FileProblem.self) { try await task.value }
    #expect(problem?.message.contains("did not end") == true)
  }

  @Test func whatCannotBeStartedIsNamed() async {
    let problem = await #expect(throws: FileProblem.self) {
      try await ChildProcess.run("/none/such", [], environment: [], input: nil)
    }
    #expect(problem?.message.contains("/none/such") == true)
  }
}
