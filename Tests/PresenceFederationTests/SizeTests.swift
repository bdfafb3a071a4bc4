internal import MatrixWire
internal import PorchlightTestSupport
internal import PresenceCore
internal import PresenceFederation
internal import Testing

/// A peer takes no transaction of a megabyte.
@Suite struct SizeTests {
  @Test func moreNamesThanFitGoInSeveralTransactions() throws {
    var server = try LoneServer()
    let name = String(repeating: "x", count: 220)
    let people = try (0..<1_300).map { try UserID("@\(name)\($0):blue").orThrow("a name") }
    // Nobody waits for the answers of more than a thousand.
    for half in [people.prefix(650), people.suffix(650)] {
      for person in half { try server.invite(person) }
      while !server.sent.isEmpty { try server.succeed() }
      for person in half {
        try server.receive(.list(ListEDU(.accept, observer: server.ann, observed: person)))
      }
    }
    try server.look()
    var asked: [[UserID]] = []
    try server.wait(.seconds(30)) { server in
      let polls = server.polls
      if !polls.isEmpty { asked.append(polls) }
      #expect(try server.oldest().transaction.body(for: .exact).count < 1024 * 1024 / 2)
      try server.succeed()
    }
    #expect(asked.count == 2)
    #expect(asked.flatMap(\.self).sorted() == people.sorted())
  }
}

extension LoneServer {
  /// Whom the oldest attempt without an answer polls.
  fileprivate var polls: [UserID] {
    sent.prefix(1).flatMap(\.transaction.edus).flatMap { edu -> [UserID] in
      if case .presence(let presence) = edu { presence.poll } else { [] }
    }
  }
}
