import MatrixWire
import PorchlightSDK
import PorchlightTestSupport
import Testing

/// What nobody may learn by looking at what they are told, tokens included.
struct SecrecyTests {
  /// A fresh server with Ann, who learns, and Bob.
  private struct Stage {
    let simulation = Simulation()
    let server: TestHomeserver
    let ann: Session
    let bob: Session

    init() throws {
      server = try TestHomeserver(simulation)
      ann = try server.register("ann")
      bob = try server.register("bob")
    }

    /// Where Ann's stream stands.
    func token() throws -> SyncToken {
      try simulation.run { [ann] in try await ann.sync(since: nil, wait: .zero, as: .offline).nextBatch }
    }
  }

  /// Everything Ann is told while she invites a user again and again: answers, lists and tokens, as text.
  private func learned(of localpart: String) throws -> [String] {
    let stage = try Stage()
    let (simulation, ann) = (stage.simulation, stage.ann)
    let user = try stage.server.user(localpart)
    var since: SyncToken?
    var told: [String] = []
    func look() throws {
      let position = since
      let answer = try simulation.run { try await ann.sync(since: position, wait: .zero, as: .offline) }
      since = answer.nextBatch
      told.append("\(answer)")
      told.append("\(try simulation.run { try await ann.presenceList() })")
    }
    try look()
    for span in [Duration.seconds(1), .seconds(70), .seconds(3600)] {
      try simulation.run { try await ann.invite(user) }
      try look()
      try simulation.run { try await ann.drop(user) }
      try look()
      try simulation.run { try await ann.invite(user) }
      try look()
      simulation.advance(by: span)
      try look()
    }
    simulation.advance(by: .seconds(31 * 86_400))
    try look()
    return told.map { $0.replacing(user.rawValue, with: "@whoever") }
  }

  @Test func nothingTellsAPersonWhoDoesNotExistFromOneWhoDoesNotAnswer() throws {
    #expect(try learned(of: "nobody") == learned(of: "bob"))
  }

  @Test func aTokenDoesNotTellWhetherAnInviteFoundSomebody() throws {
    func token(after localpart: String) throws -> SyncToken {
      let stage = try Stage()
      let user = try stage.server.user(localpart)
      try stage.simulation.run { [ann = stage.ann] in try await ann.invite(user) }
      return try stage.token()
    }
    #expect(try token(after: "nobody") == token(after: "bob"))
  }

  @Test func aTokenDoesNotTellWhatAHiddenPersonDoes() throws {
    let stage = try Stage()
    try stage.server.befriend(stage.ann, stage.bob)
    try stage.simulation.run { [bob = stage.bob] in try await bob.setStatus(.hidden, text: nil) }
    let before = try stage.token()
    stage.simulation.advance(by: .seconds(120))
    try stage.simulation.run { [bob = stage.bob] in
      try await bob.setStatus(.hidden, text: "note to self")
      try await bob.setDisplayName("Somebody Else")
    }
    #expect(try stage.token() == before)
  }

  @Test func aTokenDoesNotMoveWhileOthersLive() throws {
    let stage = try Stage()
    let before = try stage.token()
    try stage.simulation.run { [bob = stage.bob] in try await bob.setStatus(.busy, text: "at work") }
    #expect(try stage.token() == before)
  }

  @Test func anotherNameOfSomebodyWhoAppearsOfflineIsNoNews() throws {
    let stage = try Stage()
    try stage.server.befriend(stage.ann, stage.bob)
    stage.server.connect(stage.bob)
    try stage.simulation.run { [bob = stage.bob] in try await bob.setStatus(.offline, text: nil) }
    let screen = stage.server.connect(stage.ann)
    stage.simulation.advance(by: .seconds(5))
    let answers = screen.answers
    try stage.simulation.run { [bob = stage.bob] in try await bob.setDisplayName("Somebody Else") }
    stage.simulation.advance(by: .seconds(5))
    #expect(screen.answers == answers)
  }
}
