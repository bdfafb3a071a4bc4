internal import Glibc
internal import NIOCore

/// Something that is measured: a server process, and how to speak to it.
final class Subject: Sendable {
  enum Kind: String, Sendable {
    case homeserver = "porchlight"
    case constant = "constant route"
    case baseline = "C epoll"
  }

  let kind: Kind
  let child: Child
  private let port: Int
  private let subject: String
  private let watchers: [(token: String, position: String)]

  /// - Throws: `BenchError` where the server does not start.
  convenience init(
    _ kind: Kind, watchers: Int, program: String, baseline: String? = nil, counter: AllocationCounter? = nil
  ) throws {
    try self.init(
      kind, BenchPopulation(watchers: watchers), program: program, baseline: baseline, counter: counter)
  }

  /// - Throws: `BenchError` where the server does not start.
  init(
    _ kind: Kind, _ population: BenchPopulation, program: String, baseline: String? = nil,
    counter: AllocationCounter? = nil
  ) throws {
    self.kind = kind
    switch kind {
    case .homeserver:
      child = try Child(
        [program, "bench", "server"] + population.arguments, environment: counter?.environment ?? [])
    case .constant: child = try Child([try Self.constantRoute(beside: program), BenchServer.constant])
    case .baseline:
      port = 20_000 + Int(getpid()) % 10_000
      child = try Child([baseline ?? "", "\(port)", "\(BenchServer.constant.utf8.count)"], until: nil)
      usleep(300_000)
      (subject, self.watchers) = ("", [])
      return
    }
    port = child.port
    subject = child.values("subject").first.map(String.init) ?? ""
    self.watchers = child.values("watcher").map { line in
      let words = line.split(separator: " ")
      return (String(words.first ?? ""), String(words.last ?? ""))
    }
  }

  private static func constantRoute(beside program: String) throws(BenchError) -> String {
    let route = program.split(separator: "/").dropLast().map { "/" + $0 }.joined() + "/porchlight-constant"
    guard access(route, X_OK) == 0 else {
      throw BenchError(
        "\(route) is missing, which the figures are compared with; build it with "
          + "swift build -c release --static-swift-stdlib")
    }
    return route
  }

  // MARK: Polls

  /// What parks a watcher, or with a constant route asks for the constant.
  func poll(_ number: Int, since position: Substring? = nil) -> ByteBuffer {
    switch kind {
    case .homeserver:
      let (token, first) = watchers[number]
      return ByteBuffer(
        string:
          "GET /_matrix/client/v3/sync?timeout=300000&set_presence=online&since=\(position ?? first[...]) "
          + "HTTP/1.1\r\nHost: localhost:8008\r\nAuthorization: Bearer \(token)\r\nAccept: application/json\r\n\r\n"
      )
    case .constant: return Self.get("/constant")
    case .baseline: return Self.get("/p?from=s123_456&timeout=30000")
    }
  }

  private static func get(_ target: String) -> ByteBuffer {
    ByteBuffer(
      string: "GET \(target) HTTP/1.1\r\nHost: localhost:8008\r\n"
        + "Authorization: Bearer abcdefghijklmnopqrstuvwxyz012345\r\nAccept: application/json\r\n\r\n")
  }

  /// Connections that poll again as soon as they are answered.
  ///
  /// - Parameters:
  ///   - count: how many.
  ///   - counts: makes for each connection what chooses the answers that are counted.
  /// - Returns: the connections.
  /// - Throws: where a connection is refused.
  func watch(
    _ count: Int, counts: @escaping @Sendable () -> ((ByteBuffer) -> Bool) = { { _ in true } }
  ) async throws -> Load {
    let load = try await Load(count, port: port, counts: counts) { number in
      guard self.kind == .homeserver else {
        let again = self.kind == .baseline ? self.poll(number) : nil
        return { _ in again }
      }
      return { answer in self.poll(number, since: Self.position(in: answer)) }
    }
    if kind != .constant { load.send { self.poll($0) } }
    return load
  }

  private static func position(in answer: ByteBuffer) -> Substring {
    answer.withUnsafeReadableBytes { raw in
      let text = raw.bindMemory(to: UInt8.self)
      guard let start = LoadHandler.find("\"next_batch\":\"", in: text) else { return "" }
      let value = text[(start + 14)...].prefix { $0 != UInt8(ascii: "\"") }
      return Substring(decoding: value, as: UTF8.self)
    }
  }

  /// A connection over which the user whom all others watch changes.
  func trigger() async throws -> Load { try await Load(1, port: port) { _ in { _ in nil } } }

  /// The change that wakes all watchers.
  func change(_ number: Int) -> ByteBuffer {
    switch kind {
    case .homeserver: put(number, of: "subject", token: subject)
    case .constant: Self.get("/constant")
    case .baseline: Self.get("/f")
    }
  }

  /// A few connections over which that user changes with every answer.
  func changeAgainAndAgain() async throws -> Load {
    try await Load(4, port: port) { number in
      var turn = number
      return { _ in
        turn += 4
        return self.change(turn)
      }
    }
  }

  // MARK: Rooms

  /// A user who was in no room joins the one of all watchers.
  func join(_ number: Int) -> ByteBuffer {
    let room = child.values("room").first ?? ""
    let path = room.replacing("!", with: "%21").replacing(":", with: "%3A")
    let token = child.values("newcomer")[number]
    return ByteBuffer(
      string: "POST /_matrix/client/v3/join/\(path) HTTP/1.1\r\nHost: localhost:8008\r\n"
        + "Authorization: Bearer \(token)\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}")
  }

  /// The user in many rooms asks for everything.
  func firstSync() -> ByteBuffer {
    ByteBuffer(
      string: "GET /_matrix/client/v3/sync?set_presence=offline HTTP/1.1\r\nHost: localhost:8008\r\n"
        + "Authorization: Bearer \(child.values("reader").first ?? "")\r\nAccept: application/json\r\n\r\n")
  }

  // MARK: Requests

  /// Connections that ask for one thing again and again, until told otherwise.
  func ask(_ count: Int, puts: Bool) async throws -> Load {
    try await Load(count, port: port) { number in
      let requests = (0..<2).map { self.request(number, turn: $0, puts: puts) }
      var turn = 0
      return { _ in
        turn ^= 1
        return requests[turn]
      }
    }
  }

  func request(_ number: Int, turn: Int, puts: Bool) -> ByteBuffer {
    guard kind == .homeserver else { return Self.get(kind == .constant ? "/constant" : "/n") }
    let token = watchers[number].token
    if puts { return put(turn, of: "watcher\(number)", token: token) }
    return ByteBuffer(
      string: "GET /_matrix/client/v3/presence/%40subject%3A\(BenchServer.name)/status HTTP/1.1\r\n"
        + "Host: localhost:8008\r\nAuthorization: Bearer \(token)\r\nAccept: application/json\r\n\r\n")
  }

  /// The status text of a change.
  func text(of number: Int) -> String { "change \(number % 9000 + 1000)" }

  private func put(_ number: Int, of name: String, token: String) -> ByteBuffer {
    let body = "{\"presence\":\"online\",\"status_msg\":\"\(text(of: number))\"}"
    return ByteBuffer(
      string: "PUT /_matrix/client/v3/presence/%40\(name)%3A\(BenchServer.name)/status HTTP/1.1\r\n"
        + "Host: localhost:8008\r\nAuthorization: Bearer \(token)\r\nContent-Type: application/json\r\n"
        + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
  }
}
