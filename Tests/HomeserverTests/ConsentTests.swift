import MatrixWire
import OrderedCollections
import PorchlightSDK
import PorchlightTestSupport
import Testing

/// Invites, answers and their outcomes, as two clients see them over the stream.
struct ConsentTests {
  let simulation = Simulation()
  let server: TestHomeserver
  let ann: Session
  let bob: Session

  init() throws {
    server = try TestHomeserver(simulation)
    ann = try server.register("ann")
    bob = try server.register("bob")
  }

  @Test func anInviteArrivesOverTheStream() throws {
    let bobsScreen = server.connect(bob)
    try simulation.run { [ann, bob] in try await ann.invite(bob.userID) }
    simulation.advance(by: .milliseconds(20))
    #expect(bobsScreen.roster.invites.keys.elements == [ann.userID])
  }

  @Test func beforeTheAnswerNothingIsKnown() throws {
    server.connect(bob)
    let annsScreen = server.connect(ann)
    try simulation.run { [ann, bob] in try await ann.invite(bob.userID) }
    simulation.advance(by: .seconds(1))
    let contact = try #require(annsScreen.roster.contacts[bob.userID])
    #expect(contact.relation == .pending)
    #expect(contact.state == .unknown)
    #expect(contact.unknownReason == .pending)
  }

  @Test func acceptingShowsThePersonAtOnce() throws {
    server.connect(bob)
    let annsScreen = server.connect(ann)
    try server.befriend(ann, bob)
    simulation.advance(by: .seconds(1))
    #expect(annsScreen.state(of: bob.userID) == .online)
  }

  @Test func anAnsweredInviteLeavesEveryDeviceOfTheAskedPerson() throws {
    let second = server.connect(bob)
    try simulation.run { [ann, bob] in try await ann.invite(bob.userID) }
    simulation.advance(by: .seconds(1))
    try simulation.run { [ann, bob] in try await bob.deny(ann.userID) }
    simulation.advance(by: .seconds(1))
    #expect(second.roster.invites.isEmpty)
    #expect(second.changes.contains { if case .inviteGone(_, .denied) = $0 { true } else { false } })
  }

  @Test func theAskerHearsOfADenial() throws {
    let annsScreen = server.connect(ann)
    try simulation.run { [ann, bob] in
      try await ann.invite(bob.userID)
      try await bob.deny(ann.userID)
    }
    simulation.advance(by: .seconds(1))
    #expect(annsScreen.roster.contacts.isEmpty)
    #expect(annsScreen.changes.contains { if case .removed(_, .denied) = $0 { true } else { false } })
  }

  @Test func aDeniedPersonIsToldNothingMore() throws {
    let annsScreen = server.connect(ann)
    try simulation.run { [ann, bob] in
      try await ann.invite(bob.userID)
      try await bob.deny(ann.userID)
    }
    simulation.advance(by: .seconds(1))
    let answers = annsScreen.answers
    try simulation.run { [bob] in try await bob.setStatus(.busy, text: "secret") }
    simulation.advance(by: .seconds(5))
    #expect(annsScreen.answers == answers)
  }

  @Test func nothingOfADeniedRelationIsLeftInAPoll() throws {
    let since = try simulation.run { [ann, bob] in
      try await ann.invite(bob.userID)
      try await bob.deny(ann.userID)
      return try await ann.sync(since: nil, wait: .zero, as: .offline).nextBatch
    }
    let answer = try simulation.run { [ann, bob] in
      try await bob.setStatus(.busy, text: "secret")
      return try await ann.sync(since: since, wait: .zero, as: .offline)
    }
    #expect(answer.presence == [])
  }

  @Test func aRevokedPersonIsNotToldWhatWasAlreadyQueued() throws {
    try server.befriend(ann, bob)
    let annsScreen = server.connect(ann)
    server.connect(bob)
    simulation.advance(by: .seconds(5))
    // The first change goes out at once; the second waits for the batch, and the permission ends before it.
    try simulation.run { [bob] in try await bob.setStatus(.online, text: "open") }
    simulation.drain()
    try simulation.run { [ann, bob] in
      try await bob.setStatus(.online, text: "secret")
      try await bob.revoke(ann.userID)
    }
    simulation.advance(by: .seconds(5))
    let texts = annsScreen.changes.compactMap { change -> String? in
      if case .changed(_, let to) = change { to.statusText } else { nil }
    }
    #expect(texts.contains("open"))
    #expect(!texts.contains("secret"))
    #expect(annsScreen.roster.contacts.isEmpty)
  }

  @Test func aRevokedPersonCannotAskForTheStatusEither() throws {
    try server.befriend(ann, bob)
    try simulation.run { [ann, bob] in try await bob.revoke(ann.userID) }
    let refused = #expect(throws: SDKError.self) {
      try simulation.run { [ann, bob] in _ = try await ann.status(of: bob.userID) }
    }
    guard case .refused(let error) = refused?.code else {
      Issue.record("not a refusal: \(String(describing: refused))")
      return
    }
    #expect(error.code == .forbidden)
  }

  @Test func takingAnInviteBackRemovesItFromTheOtherScreen() throws {
    let bobsScreen = server.connect(bob)
    try simulation.run { [ann, bob] in
      try await ann.invite(bob.userID)
      try await ann.drop(bob.userID)
    }
    simulation.advance(by: .seconds(1))
    #expect(bobsScreen.roster.invites.isEmpty)
  }

  @Test func aPersonWhoDoesNotExistLooksLikeOneWhoDoesNotAnswer() throws {
    let silent = try server.register("silent").userID
    let nobody = try server.user("nobody")
    try simulation.run { [ann] in
      try await ann.invite(silent)
      try await ann.invite(nobody)
    }
    let list = try simulation.run { [ann] in try await ann.presenceList() }
    let entries = list.list.map { entry in
      var entry = entry
      entry.userID = silent
      return entry
    }
    #expect(entries.count == 2)
    #expect(entries.first == entries.last)
  }

  @Test func theStatusOfAPersonWhoDoesNotExistIsRefusedLikeThatOfOneWhoDoesNotAnswer() throws {
    let token = try server.token(of: "carol")
    func answer(about user: UserID) throws -> WireResponse {
      var invite = ClientAPI.changePresenceList(PresenceListRequest(invite: [user]))
      invite.accessToken = token
      #expect(try server.respond(to: invite).status == 200)
      var status = ClientAPI.status(of: user)
      status.accessToken = token
      return try server.respond(to: status)
    }
    let silent = try answer(about: bob.userID)
    #expect(silent.error?.code == .forbidden)
    #expect(try answer(about: server.user("nobody")) == silent)
  }

  @Test func aStrangerIsRefusedAlikeForExistingAndOtherPeople() throws {
    let nobody = try server.user("nobody")
    func refusal(_ user: UserID) -> SDKError? {
      #expect(throws: SDKError.self) {
        try simulation.run { [ann] in _ = try await ann.status(of: user) }
      }
    }
    #expect(refusal(nobody) == refusal(bob.userID))
  }

  @Test func somebodyWatchedIsAcceptedUnaskedInReturn() throws {
    try server.befriend(ann, bob)
    try simulation.run { [ann, bob] in try await bob.invite(ann.userID) }
    let list = try simulation.run { [bob] in try await bob.presenceList() }
    #expect(list.list.map(\.state) == [.accepted])
  }

  @Test func aServerThatMeetsNoOthersAsksNobodyElsewhere() throws {
    let far = try #require(UserID("@greta:far.example"))
    let error = #expect(throws: SDKError.self) { try simulation.run { [ann] in try await ann.invite(far) } }
    #expect(error?.message == "This server meets no others; @greta:far.example cannot be asked.")
    let list = try simulation.run { [ann] in try await ann.presenceList() }.list
    #expect(list.isEmpty)
  }

  @Test(arguments: [
    "@:far.example", "@a b:far.example", "@a\u{1B}[31mb:far.example", "@a\u{202E}b:far.example", " ", "ann",
    "@ann",
    "@ann@far.example:harbor.example", "@:harbor.example", "@Ann B:harbor.example", "@BOB:HARBOR.example",
  ])
  func aSlipOfThePenIsNobody(_ name: String) throws {
    var request = ClientAPI.changePresenceList(PresenceListRequest())
    request.body = WireJSON.encode(["invite": [name]])
    request.accessToken = try server.token(of: "carol")
    let result = try WireJSON.decode(PresenceListResult.self, from: server.respond(to: request).body)
    #expect(result.failed.mapValues(\.code) == [name: .invalidParameter])
  }

  @Test func eachPartOfAListChangeFailsAlone() throws {
    let change = PresenceListRequest(invite: [bob.userID, ann.userID], accept: [bob.userID])
    var request = ClientAPI.changePresenceList(change)
    request.accessToken = try server.token(of: "carol")
    let result = try WireJSON.decode(PresenceListResult.self, from: server.respond(to: request).body)
    #expect(result.failed.mapValues(\.code) == [bob.userID.rawValue: .notInvited])
  }

  @Test func theListNamesThoseWhoMayLook() throws {
    try server.befriend(ann, bob)
    let list = try simulation.run { [bob] in try await bob.presenceList() }
    #expect(list.observers == [ann.userID])
  }
}
