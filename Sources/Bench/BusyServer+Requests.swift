internal import Homeserver
internal import MatrixWire
internal import PresenceCore
internal import Synchronization

/// What is most work.
extension BusyServer {
  var requests: [Request] {
    reading + changing + sessionsAndPolls + data + fromElsewhere
  }

  private static let list = "unstable/chat.porchlight/presence/list"

  private func read(_ path: String) -> @Sendable () async throws -> Void {
    { try await self.ask(.get, path, as: try self.person("reader").token) }
  }

  private var reading: [Request] {
    let own = "v3/presence/list/@reader:\(OtherServer.near)"
    return [
      Request(name: "/versions", ask: { try await self.ask(.get, "versions") }),
      Request(name: "/sync, everything of \(Self.crowd) people", ask: read("v3/sync")),
      Request(name: "/initialSync, the same", ask: read("r0/initialSync")),
      Request(name: "GET the list, the same", ask: read(Self.list)),
      Request(name: "GET the list of 2014, the same", ask: read(own)),
      Request(
        name: "GET the list of a user whom \(Self.crowd) may see",
        ask: { try await self.ask(.get, Self.list, as: try self.person("star").token) }),
      Request(
        name: "/sync, all \(Self.crowd) changed",
        prepare: {
          try await self.sync(try self.person("reader").token)
          for number in 0..<Self.crowd {
            try await self.setStatus(of: try self.person(Self.name(number)), "\(self.next())")
          }
        },
        ask: {
          let token = try self.person("reader").token
          let position = self.state.withLock { $0.positions[token] } ?? ""
          try await self.ask(.get, "v3/sync", as: token, query: [.init("since", position)])
        }),
    ]
  }

  private var changing: [Request] {
    [
      Request(
        name: "PUT status, \(Self.crowd) wait for it",
        prepare: {
          try await self.drain()
          let people = try (0..<Self.crowd).map { try self.person(Self.name($0)).token }
          try await self.park(people)
        },
        ask: {
          try await self.setStatus(of: try self.person("star"), "\(self.next())")
          try await self.drain()
        }),
      Request(
        name: "PUT displayname, 1,000 invites are open",
        ask: {
          let asker = try self.person("asker")
          try await self.ask(
            .put, "v3/profile/\(asker.path)/displayname", as: asker.token,
            #"{"displayname":"\#(self.next())"}"#)
        }),
      Request(
        name: "POST the list, drop 1,000",
        prepare: {
          try await self.changeList("invite", (0..<1_000).map(Self.user), as: try self.person("reader"))
        },
        ask: { try await self.changeList("drop", (0..<1_000).map(Self.user), as: try self.person("reader")) }),
      Request(
        name: "POST the list, invite 1,000",
        prepare: {
          try await self.changeList("drop", (0..<1_000).map(Self.user), as: try self.person("reader"))
        },
        ask: {
          try await self.changeList("invite", (0..<1_000).map(Self.user), as: try self.person("reader"))
        }),
    ]
  }

  private var sessionsAndPolls: [Request] {
    [
      Request(
        name: "GET /devices, \(Self.sessions) of them",
        ask: { try await self.ask(.get, "v3/devices", as: try await self.newSession()) }),
      Request(
        name: "a login beside \(Self.sessions) sessions", ask: { _ = try await self.newSession() }),
      Request(
        name: "PUT status, \(16 * Self.sessions) polls of one's own",
        prepare: {
          try await self.drain()
          let sessions = self.state.withLock(\.sessions)
          for token in sessions { try await self.sync(token) }
          try await self.park(sessions, each: 16)
        },
        ask: {
          let token = try self.state.withLock(\.sessions).last ?? self.person("many").token
          try await self.setStatus(of: Person(name: "many", token: token), "\(self.next())")
          try await self.drain()
        }),
    ]
  }

  private static func filter(_ number: Int, _ bytes: Int) -> String {
    var patterns = (0..<8).map { "*\($0)a*\(number)b*" }
    var length = 100
    while patterns.count < 512, length < bytes {
      let pattern = "t\(patterns.count).\(number)" + String(repeating: "e", count: bytes / 512) + "*"
      length += pattern.utf8.count + 3
      patterns.append(pattern)
    }
    let list = patterns.map { "\"\($0)\"" }.joined(separator: ",")
    let senders = (0..<max(0, (bytes - length) / 16)).map { "\"@u\($0 + 1_000):x.y\"" }.joined(separator: ",")
    return #"{"account_data":{"not_types":[\#(list)]},"presence":{"not_senders":[\#(senders)]}}"#
  }

  private var data: [Request] {
    [
      Request(
        name: "/sync, 1,000 types of account data, a filter of 16 kB",
        ask: {
          try await self.ask(
            .get, "v3/sync", as: try self.person("keeper").token,
            query: [.init("filter", Self.filter(self.next() + 1_000, 15_500))])
        }),
      Request(
        name: "a filter of 16 kB in the query, read where requests are",
        ask: {
          let query = [WireRequest.QueryItem("filter", Self.filter(self.next() + 1_000, 15_500))]
          let request = WireRequest(
            .get, ["_matrix", "client", "v3", "sync"], query: query,
            accessToken: try self.person("other").token)
          guard let poll = self.homeserver.poll(for: request, deliver: { _ in }) else {
            throw BenchError("No poll.")
          }
          await self.homeserver.open([poll])
        }),
      Request(
        name: "POST a filter of 60 kB",
        ask: {
          let other = try self.person(Self.name(self.next() % Self.crowd))
          try await self.ask(
            .post, "v3/user/\(other.path)/filter", as: other.token, Self.filter(self.next() + 1_000, 60_000))
        }),
      Request(
        name: "PUT account data of 60 kB beside 1,000 types",
        ask: {
          let text = String(repeating: "x", count: 60_000) + "\(self.next())"
          try await self.setData("t0", #"{"x":"\#(text)"}"#, of: try self.person("keeper"))
        }),
      Request(
        name: "PUT a profile field of 60 kB",
        ask: {
          let person = try self.person("other")
          let text = String(repeating: "x", count: 60_000) + "\(self.next())"
          try await self.ask(
            .put, "v3/profile/\(person.path)/example.words", as: person.token,
            #"{"example.words":"\#(text)"}"#)
        }),
    ]
  }

  private var fromElsewhere: [Request] {
    [
      Request(
        name: "a poll of a user with \(Self.crowd) people elsewhere",
        prepare: { try await self.setPolling(false) }, ask: { try await self.setPolling(true) }),
      Request(
        name: "a transaction of 100 EDUs of 50 states",
        ask: { try await self.put((0..<100).map(self.states)) }),
      Request(
        name: "a transaction of 100 EDUs, 36,000 names to be polled",
        ask: {
          let names = (0..<360).compactMap { UserID(Self.user($0)) }
          try await self.put(
            (0..<100).map { _ in
              var edu = PresenceEDU()
              edu.poll = names
              return .presence(edu)
            })
        }),
      Request(
        name: "a transaction of 100 invites",
        ask: {
          let number = self.next()
          try await self.put(
            (0..<100).compactMap { place in
              UserID(Self.user(place)).map { observed in
                .list(
                  ListEDU(
                    .invite, observer: OtherServer.user("i\(number)x\(place)", OtherServer.far),
                    observed: observed, inviteID: Int64(number)))
              }
            })
        }),
    ]
  }

  private func setPolling(_ polling: Bool) async throws {
    try await ask(
      .put, "unstable/chat.porchlight/presence/polling", as: try person("host").token,
      #"{"polling":\#(polling)}"#)
  }

  /// Fifty people elsewhere look different.
  private func states(_ part: Int) -> EDU {
    let number = next()
    var edu = PresenceEDU()
    edu.push = (part * 50..<part * 50 + 50).map { user in
      .init(
        userID: Self.remoteUser(user),
        content: PresenceContent(state: .online, lastActiveAgo: 5_000, statusMessage: "\(number)"))
    }
    return .presence(edu)
  }
}
