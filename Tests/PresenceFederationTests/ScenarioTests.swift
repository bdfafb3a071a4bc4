internal import Testing

/// Conversations between servers, each a file in `Scenarios` from which a reader learns the protocol.
@Suite struct ScenarioTests {
  @Test(arguments: ScenarioFile.names) func whatFollowsIsWhatTheFileSays(_ name: String) throws {
    let file = try ScenarioFile(named: name)
    let found = try ScenarioRun.of(file).file
    if ScenarioFile.isRewriting { return try found.write() }
    let (said, happened) = (lines(of: file), lines(of: found))
    for (number, pair) in zip(said, happened).enumerated() where pair.0 != pair.1 {
      Issue.record("\(name):\(number + 1): the file says\n  \(pair.0)\nand this follows\n  \(pair.1)")
      return
    }
    #expect(said.count == happened.count, "\(name): one of both goes on")
  }

  /// What the world's own invariants found wrong is a line as well.
  @Test(arguments: ScenarioFile.names) func noInvariantIsBroken(_ name: String) throws {
    let found = try ScenarioRun.of(ScenarioFile(named: name)).file
    #expect(!found.text.contains("VIOLATION"))
  }

  @Test func everyRowOfTheProtocolIsSeenInSomeFile() throws {
    #expect(ScenarioFile.names.count >= 12)
    #expect(try missing(in: ScenarioFile.names) == [])
  }

  @Test func aRowThatNoFileShowsIsNamed() throws {
    let quiet = ScenarioFile(name: "quiet", text: "servers red blue\nusers @ann:red\n----\n\nwait 1h\n----\n")
    #expect(Set(ProtocolRow.allCases).subtracting(try ScenarioRun.of(quiet).rows).count == 13)
    let others = ScenarioFile.names.filter { $0 != "deny.txt" && $0 != "revoke.txt" }
    #expect(try missing(in: others) == [.deny])
  }

  @Test func aLineThatFollowsOtherwiseIsSeen() throws {
    let text = "servers red blue\nusers @ann:red\n----\n\nann arrives\n----\n+0.00s    ann is busy\n"
    let file = ScenarioFile(name: "wrong", text: text)
    let found = try ScenarioRun.of(file).file
    #expect(found.text.contains("ann is online active"))
    #expect(found.text != file.text)
  }

  @Test func aCommandNobodyKnowsIsNamed() throws {
    let file = ScenarioFile(name: "odd", text: "servers red blue\nusers @ann:red\n----\n\nann dances\n----\n")
    #expect(throws: ScenarioProblem.self) { try ScenarioRun.of(file) }
  }

  private func lines(of file: ScenarioFile) -> [Substring] {
    file.text.split(separator: "\n", omittingEmptySubsequences: false)
  }

  private func missing(in names: [String]) throws -> [ProtocolRow] {
    let seen = try names.reduce(into: Set<ProtocolRow>()) { seen, name in
      seen.formUnion(try ScenarioRun.of(ScenarioFile(named: name)).rows)
    }
    return ProtocolRow.allCases.filter { !seen.contains($0) }
  }
}
