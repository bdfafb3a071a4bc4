internal import MatrixWire
internal import Ports
internal import Synchronization

/// One user of a long load: a client that polls, and all that it does meanwhile.
final class SoakUser: Sendable {
  private struct State: Sendable {
    var token: AccessToken
    var rooms: [RoomID] = []
    var watched: [UserID] = []
    /// The last status text that the server confirmed.
    var said = ""
    /// What the stream told: the last status text of each user.
    var told: [UserID: String] = [:]
    /// The last message of each room, and the last event.
    var messages: [RoomID: String] = [:]
    var lastEvents: [RoomID: EventID] = [:]
    /// The rooms that this user made, with what was said there at last.
    var made: [RoomID: String] = [:]
    var requests = 0
    var failures: [String] = []
    var number = 0
  }

  private static let password = "correct horse"

  let id: UserID
  private let exchange: any Exchange
  private let time: any Timekeeper
  private let state: Mutex<State>

  var failures: [String] { state.withLock(\.failures) }
  var requests: Int { state.withLock(\.requests) }

  /// Registers.
  ///
  /// - Throws: where the server makes no account.
  init(_ name: String, _ exchange: any Exchange, time: any Timekeeper) async throws {
    var request = RegisterRequest(username: name, auth: .init(type: LoginType.dummy))
    request.password = Self.password
    let response = try await exchange.send(ClientAPI.register(request))
    let credentials = try WireJSON.decode(Credentials.self, from: response.body)
    guard let token = credentials.accessToken else { throw BenchError("The server made no session.") }
    id = credentials.userID
    state = Mutex(State(token: token))
    self.exchange = exchange
    self.time = time
  }

  func watch(_ others: [SoakUser]) async throws {
    state.withLock { $0.watched = others.map(\.id) }
    try await ask(ClientAPI.changePresenceList(PresenceListRequest(invite: others.map(\.id))))
  }

  static func makeRoom(of users: [SoakUser]) async throws {
    guard let first = users.first else { return }
    let answer = try await first.ask(ClientAPI.createRoom(CreateRoomRequest(preset: .publicChat)))
    let room = try WireJSON.decode(RoomIDAnswer.self, from: answer.body).roomID
    first.state.withLock { $0.made[room] = "" }
    for user in users {
      if user !== first { try await user.ask(ClientAPI.join(room)) }
      user.state.withLock { $0.rooms.append(room) }
    }
  }

  // MARK: The stream

  /// Follows the stream, and now and then hangs up and comes back.
  func poll(until over: Flag) async throws {
    var since: SyncToken?
    var token: AccessToken?
    while !over.isSet {
      let current = state.withLock(\.token)
      if current != token { (token, since) = (current, nil) }
      var request = ClientAPI.sync(since: since, wait: .seconds(2), setPresence: .online, filter: nil)
      request.accessToken = current
      let patience: Duration =
        Int.random(in: 0..<10) == 0 ? .milliseconds(Int.random(in: 1...1_500)) : .seconds(30)
      let response: WireResponse?
      do {
        response = try await withDeadline(
          patience, on: time, { [exchange, request] in try await exchange.send(request) })
      } catch {
        state.withLock { $0.failures.append("\(id): sync: \(error)") }
        try await time.sleep(until: time.instant + .milliseconds(500))
        continue
      }
      // It hung up.
      guard let response else { continue }
      guard response.status == 200 else {
        // The session ended meanwhile.
        if response.status != 401 || state.withLock({ $0.token == current }) { fail("sync", response) }
        continue
      }
      let answer = try WireJSON.decode(SyncAnswer.self, from: response.body)
      since = answer.nextBatch
      take(answer)
    }
  }

  private func take(_ answer: SyncAnswer) {
    state.withLock { state in
      state.requests += 1
      for case .presence(let user, let content) in answer.presence {
        state.told[user] = content.statusMessage ?? ""
      }
      for (room, update) in answer.rooms.joined {
        for event in update.timeline {
          if let eventID = event.eventID { state.lastEvents[room] = eventID }
          if case .message(let text) = event.content { state.messages[room] = text }
        }
      }
    }
  }

  /// Whether the stream told the last status of each user that this one watches, and what was said last in each room.
  func isTold(of users: [SoakUser]) -> Bool {
    let (watched, told, rooms, messages) = state.withLock { ($0.watched, $0.told, $0.rooms, $0.messages) }
    return users.allSatisfy { other in
      let (said, made) = other.state.withLock { ($0.said, $0.made) }
      return (!watched.contains(other.id) || said.isEmpty || told[other.id] == said)
        && made.allSatisfy { room, last in !rooms.contains(room) || messages[room] == last }
    }
  }

  // MARK: What it does

  /// Does one thing after the other, with a pause between them.
  func act(until silent: Flag, loggedIn: Flag) async {
    while !silent.isSet {
      do {
        try await time.sleep(until: time.instant + .milliseconds(Int.random(in: 100...900)))
        if !loggedIn.isSet, Int.random(in: 0..<Self.actsPerLogin) == 0 {
          try await logInAnew()
        } else {
          try await actOnce(Int.random(in: 0..<100))
        }
      } catch {
        state.withLock { $0.failures.append("\(id): \(error)") }
      }
    }
  }

  /// Says something in each room that this user made, when all others are silent.
  func sayLast() async throws {
    for room in state.withLock({ Array($0.made.keys) }) {
      let text = try await speak(in: room)
      state.withLock { $0.made[room] = text }
    }
  }

  private func next() -> Int {
    state.withLock { state in
      state.number += 1
      return state.number
    }
  }

  /// More would wait in line on a slow machine, where a hash takes seconds.
  private static let actsPerLogin = 500

  private func actOnce(_ draw: Int) async throws {
    let room = state.withLock(\.rooms).randomElement()
    switch (draw, room) {
    case (0..<30, _), (_, nil): try await changeStatus()
    case (30..<55, let room?): _ = try await speak(in: room)
    case (55..<65, let room?): try await type(in: room)
    case (65..<75, let room?): try await read(room)
    case (75..<80, let room?): try await leaveAndJoin(room)
    case (80..<84, _): try await ask(ClientAPI.setDisplayName("\(id.localpart) \(next())", of: id))
    case (84..<88, _): try await watchAnew()
    case (_, let room?): try await look(at: room)
    }
  }

  private func changeStatus() async throws {
    let text = "status \(next())"
    let state: PresenceState = [.online, .unavailable, .freeForChat, .busy].randomElement() ?? .online
    try await ask(ClientAPI.setStatus(StatusUpdate(presence: state, statusMessage: text), of: id))
    self.state.withLock { $0.said = text }
  }

  private func speak(in room: RoomID) async throws -> String {
    let number = next()
    let text = "message \(number)"
    let content: CanonicalJSON.Object = ["msgtype": "m.text", "body": .string(text)]
    try await ask(ClientAPI.send(content, ofType: "m.room.message", to: room, transaction: "m\(number)"))
    return text
  }

  private func type(in room: RoomID) async throws {
    let body = Bool.random() ? #"{"typing":true,"timeout":2000}"# : #"{"typing":false}"#
    try await ask(
      WireRequest(
        .put, ClientAPI.standard("rooms", room.rawValue, "typing", id.rawValue), body: Array(body.utf8)))
  }

  private func read(_ room: RoomID) async throws {
    guard let event = state.withLock({ $0.lastEvents[room] }) else { return }
    let path = ClientAPI.standard("rooms", room.rawValue, "receipt", "m.read", event.rawValue)
    try await ask(WireRequest(.post, path, body: Array("{}".utf8)))
  }

  private func leaveAndJoin(_ room: RoomID) async throws {
    try await ask(ClientAPI.leave(room))
    try await ask(ClientAPI.join(room))
  }

  private func watchAnew() async throws {
    guard let other = state.withLock(\.watched).randomElement() else { return }
    try await ask(ClientAPI.changePresenceList(PresenceListRequest(drop: [other])))
    try await ask(ClientAPI.changePresenceList(PresenceListRequest(invite: [other])))
  }

  private func look(at room: RoomID) async throws {
    let rest = ClientAPI.standard("rooms", room.rawValue, "messages")
    switch Int.random(in: 0..<5) {
    case 0: try await ask(WireRequest(.get, rest, query: [.init("dir", "b"), .init("limit", "20")]))
    case 1: try await ask(ClientAPI.members(of: room))
    case 2: try await ask(ClientAPI.presenceList())
    case 3: try await ask(ClientAPI.profile(of: id))
    default: try await ask(ClientAPI.sync(since: nil, wait: .zero, setPresence: .offline, filter: nil))
    }
  }

  private func logInAnew() async throws {
    let before = state.withLock(\.token)
    let login = LoginRequest(
      type: LoginType.password, identifier: .user(id.rawValue), password: Self.password)
    let answer = try await ask(ClientAPI.login(login))
    guard let token = try WireJSON.decode(Credentials.self, from: answer.body).accessToken else {
      throw BenchError("A login made no session.")
    }
    state.withLock { $0.token = token }
    try await ask(ClientAPI.logout(), as: before)
  }

  @discardableResult
  private func ask(_ request: WireRequest, as token: AccessToken? = nil) async throws -> WireResponse {
    var request = request
    request.accessToken = token ?? state.withLock(\.token)
    let response = try await exchange.send(request)
    state.withLock { $0.requests += 1 }
    if response.status != 200 { fail(request.path.joined(separator: "/"), response) }
    return response
  }

  private func fail(_ what: String, _ response: WireResponse) {
    let text = String(decoding: response.body.prefix(300), as: UTF8.self)
    state.withLock { $0.failures.append("\(id): \(what): \(response.status): \(text)") }
  }
}
