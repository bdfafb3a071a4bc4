internal import Homeserver
internal import MatrixWire
internal import Synchronization

/// Who is there before anything is measured.
extension BusyServer {
  static func name(_ number: Int) -> String { "p\(number)" }

  static func user(_ number: Int) -> String { "@p\(number):\(OtherServer.near)" }

  static func remoteUser(_ number: Int) -> UserID { OtherServer.user("g\(number)", OtherServer.far) }

  func register(_ name: String) async throws {
    let body = #"{"username":"\#(name)","auth":{"type":"m.login.dummy"}}"#
    let response = try await ask(.post, "v3/register", body)
    guard let token = try WireJSON.decode(Credentials.self, from: response.body).accessToken else {
      throw BenchError("No session was made.")
    }
    state.withLock { $0.people[name] = Person(name: name, token: token) }
  }

  func logIn(_ name: String) async throws -> AccessToken {
    let body = #"{"type":"\#(LoginType.local)","identifier":{"type":"m.id.user","user":"\#(name)"}}"#
    let response = try await ask(.post, "v3/login", body)
    guard let token = try WireJSON.decode(Credentials.self, from: response.body).accessToken else {
      throw BenchError("No session was made.")
    }
    return token
  }

  func fill() async throws {
    for name in ["other", "reader", "star", "many", "host", "asker", "keeper"] { try await register(name) }
    for number in 0..<Self.crowd { try await register(Self.name(number)) }
    let (reader, star) = (try person("reader"), try person("star"))
    for start in stride(from: 0, to: Self.crowd, by: 1_000) {
      try await changeList("invite", (start..<start + 1_000).map(Self.user), as: reader)
    }
    for number in 0..<Self.crowd {
      try await changeList("invite", [star.path], as: try person(Self.name(number)))
    }
    for _ in 0...Self.sessions { _ = try await newSession() }
    try await inviteGuests()
    let asker = try person("asker")
    try await changeList("invite", (0..<1_000).map { "@nobody\($0):\(OtherServer.near)" }, as: asker)
    try await fillAccountData()
  }

  /// How many sessions one person has.
  static let sessions = 100

  /// One more session of the person who has as many as one may.
  func newSession() async throws -> AccessToken {
    let token = try await logIn("many")
    state.withLock { state in
      state.sessions.append(token)
      state.sessions = state.sessions.suffix(Self.sessions)
    }
    return token
  }

  /// As many people elsewhere as a list may hold.
  private func inviteGuests() async throws {
    let host = try person("host")
    for start in stride(from: 0, to: Self.crowd, by: 1_000) {
      try await changeList("invite", (start..<start + 1_000).map { Self.remoteUser($0).rawValue }, as: host)
      for part in stride(from: start, to: start + 1_000, by: 100) {
        try await put(
          (part..<part + 100).map { number in
            .list(
              ListEDU(
                .accept, observer: OtherServer.user("host", OtherServer.near),
                observed: Self.remoteUser(number)))
          })
      }
    }
  }

  private func fillAccountData() async throws {
    let keeper = try person("keeper")
    let content = String(repeating: "x", count: 900)
    for number in 0..<999 { try await setData("t\(number)", #"{"x":"\#(content)"}"#, of: keeper) }
  }

  func setData(_ type: String, _ content: String, of person: Person) async throws {
    try await ask(.put, "v3/user/\(person.path)/account_data/\(type)", as: person.token, content)
  }
}
