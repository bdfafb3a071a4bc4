internal import Homeserver
internal import MatrixWire
internal import PresenceCore

/// Makes the users, lists and rooms of a server that is measured, and prints what its clients have to know of them.
extension Homeserver {
  struct Accounts: Sendable {
    var watchers: [AccessToken] = []
  }

  func fill(_ population: BenchPopulation) async throws -> Accounts {
    var accounts = Accounts()
    let subject = try await register("subject")
    say("subject \(subject.rawValue)")
    for number in 0..<population.watchers { accounts.watchers.append(try await register("watcher\(number)")) }
    switch population.sharing {
    case .lists:
      guard let observed = UserID("@subject:\(BenchServer.name)") else {
        preconditionFailure("a constant user ID")
      }
      for watcher in accounts.watchers {
        try await ask(ClientAPI.changePresenceList(PresenceListRequest(invite: [observed])), as: watcher)
      }
    case .room:
      let room = try await makeRoom(of: subject)
      say("room \(room.rawValue)")
      for watcher in accounts.watchers { try await ask(ClientAPI.join(room), as: watcher) }
    }
    for number in 0..<population.newcomers {
      say("newcomer \(try await register("newcomer\(number)").rawValue)")
    }
    if population.rooms > 0 { try await fillRooms(population.rooms) }
    return accounts
  }

  /// One user in many rooms, in which everybody has something to say.
  private func fillRooms(_ count: Int) async throws {
    let reader = try await register("reader")
    var neighbours: [AccessToken] = []
    for number in 0..<BenchPopulation.neighbours {
      neighbours.append(try await register("neighbour\(number)"))
    }
    for number in 0..<count {
      let room = try await makeRoom(of: reader)
      for place in 1..<BenchPopulation.membersPerRoom {
        // Another mixture in each room.
        let member = neighbours[(number * 53 + place * (1 + number % 7)) % neighbours.count]
        try await ask(ClientAPI.join(room), as: member)
        let content: CanonicalJSON.Object = ["msgtype": "m.text", "body": .string("message \(place)")]
        try await ask(
          ClientAPI.send(content, ofType: "m.room.message", to: room, transaction: "\(number).\(place)"),
          as: member)
      }
    }
    say("reader \(reader.rawValue)")
  }

  private func makeRoom(of creator: AccessToken) async throws -> RoomID {
    let answer = try await ask(ClientAPI.createRoom(CreateRoomRequest(preset: .publicChat)), as: creator)
    return try WireJSON.decode(RoomIDAnswer.self, from: answer.body).roomID
  }

  /// Where a stream of a user begins, who has been told as little as a filter lets through.
  func position(of token: AccessToken) async throws -> SyncToken {
    let request = WireRequest(
      .get, ClientAPI.standard("sync"),
      query: [.init("set_presence", "offline"), .init("filter", Self.filterOfNothing)])
    return try WireJSON.decode(SyncAnswer.self, from: try await ask(request, as: token).body).nextBatch
  }

  private static let filterOfNothing =
    #"{"presence":{"types":[]},"room":{"state":{"types":[]},"timeline":{"types":[],"limit":1}}}"#

  private func register(_ name: String) async throws -> AccessToken {
    let request = RegisterRequest(username: name, auth: .init(type: "m.login.dummy"))
    let answer = try await ask(ClientAPI.register(request))
    guard let token = try WireJSON.decode(Credentials.self, from: answer.body).accessToken else {
      throw BenchError("The server to be measured made no session.")
    }
    return token
  }

  @discardableResult
  private func ask(_ request: WireRequest, as token: AccessToken? = nil) async throws -> WireResponse {
    var request = request
    request.accessToken = token
    let response = await respond(to: request, from: .inProcess)
    guard response.status == 200 else {
      let text = String(decoding: response.body.prefix(300), as: UTF8.self)
      throw BenchError("\(request.path.joined(separator: "/")) was answered with \(response.status): \(text)")
    }
    return response
  }
}
