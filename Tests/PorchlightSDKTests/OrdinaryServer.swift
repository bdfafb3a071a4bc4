import MatrixWire
import PorchlightSDK
import PorchlightTestSupport
import Ports
import Synchronization

/// A homeserver that is none of ours, as far as a test says what it answers. Its answers are texts as such servers send them.
final class OrdinaryServer: Exchange {
  typealias Reply = @Sendable (WireRequest) -> WireResponse

  private struct State {
    var requests: [WireRequest] = []
    var replies: [String: Reply] = [:]
    var news: [String] = []
    var position = 0
    var latency = Duration.zero
  }

  static let features = #""org.matrix.msc3026.busy_presence":true"#

  private let time: VirtualTime
  private let state = Mutex(State())

  init(_ time: VirtualTime) {
    self.time = time
    reply("PUT status", with: "{}")
    reply("GET status", with: #"{"presence":"online","currently_active":true,"last_active_ago":5}"#)
    reply("GET versions", with: #"{"versions":["v1.1","v1.12"],"unstable_features":{}}"#)
  }

  /// What is answered to a method and the last part of a path from now on.
  func reply(_ call: String, with text: String, status: Int = 200) {
    reply(call) { _ in WireResponse(status: status, body: Array(text.utf8)) }
  }

  func reply(_ call: String, by reply: @escaping Reply) { state.withLock { $0.replies[call] = reply } }

  /// Polls are answered again as the server itself does.
  func resumePolls() { state.withLock { $0.replies["GET sync"] = nil } }

  /// How long all but polls take.
  func delay(_ latency: Duration) { state.withLock { $0.latency = latency } }

  /// The next poll, or the one that waits, is answered with these members of an answer to `/sync`.
  func tell(_ members: String) { state.withLock { $0.news.append(members) } }

  /// The same, with presence alone.
  func tellPresence(_ people: [(UserID, String)]) {
    let events = people.map { #"{"type":"m.presence","sender":"\#($0.0)","content":\#($0.1)}"# }
    tell(#""presence":{"events":[\#(events.joined(separator: ","))]}"#)
  }

  /// What was asked, by method and the last part of the path.
  func requests(_ call: String) -> [WireRequest] {
    state.withLock(\.requests).filter { "\($0.method.rawValue) \($0.path.last ?? "")" == call }
  }

  var polls: [WireRequest] { requests("GET sync") }

  /// The statuses that were set.
  var statuses: [StatusUpdate] {
    requests("PUT status").compactMap { try? WireJSON.decode(StatusUpdate.self, from: $0.body) }
  }

  func send(_ request: WireRequest) async throws -> WireResponse {
    let (reply, latency) = state.withLock { state in
      state.requests.append(request)
      return (state.replies["\(request.method.rawValue) \(request.path.last ?? "")"], state.latency)
    }
    if request.path.last == "sync", reply == nil { return try await poll(request) }
    if latency > .zero { try await time.sleep(until: time.instant + latency) }
    guard let reply else {
      return WireResponse(
        status: 404, body: Array(#"{"errcode":"M_UNRECOGNIZED","error":"Unrecognized request"}"#.utf8))
    }
    return reply(request)
  }

  private func poll(_ request: WireRequest) async throws -> WireResponse {
    let wait = request.query("since") == nil ? 0 : request.query("timeout").flatMap { Int($0) } ?? 0
    let end = time.instant + .milliseconds(wait)
    while true {
      let answer: (members: String?, position: Int) = state.withLock { state in
        state.position += 1
        return (state.news.isEmpty ? nil : state.news.removeFirst(), state.position)
      }
      if answer.members != nil || time.instant >= end {
        let members = answer.members.map { "," + $0 } ?? ""
        return WireResponse(
          status: 200, body: Array("{\"next_batch\":\"s\(answer.position)\"\(members)}".utf8))
      }
      try await time.sleep(until: min(end, time.instant + .milliseconds(50)))
    }
  }
}

/// Ann's roster on such a server.
struct OrdinaryScene {
  let simulation = Simulation()
  let server: OrdinaryServer
  let session: Session
  let ann: UserID
  let bob: UserID
  let far: UserID

  init() throws {
    func user(_ text: String) throws -> UserID { try UserID(text).orThrow(text) }
    server = OrdinaryServer(simulation.time)
    (ann, bob) = (try user("@ann:plain.example"), try user("@bob:plain.example"))
    far = try user("@cid:far.example")
    let credentials = Credentials(
      userID: ann, deviceID: DeviceID("TTY"), accessToken: try AccessToken("secret").orThrow("token"))
    session = try Client(exchange: server, time: simulation.time).session(credentials)
  }

  /// The members of a first answer: a direct room with each of these, and presence as told.
  func chats(with people: [UserID], presence: [(UserID, String)] = []) -> String {
    func member(_ user: UserID) -> String {
      #"{"type":"m.room.member","sender":"\#(user)","state_key":"\#(user)","content":{"membership":"join"}}"#
    }
    let rooms = people.enumerated().map { index, user in
      #""!r\#(index):plain.example":{"state":{"events":[\#(member(ann)),\#(member(user))]},"timeline":{"events":[]}}"#
    }
    let direct = people.enumerated().map { #""\#($1)":["!r\#($0):plain.example"]"# }
    let events = presence.map { #"{"type":"m.presence","sender":"\#($0.0)","content":\#($0.1)}"# }
    return #""rooms":{"join":{\#(rooms.joined(separator: ","))}},"#
      + #""account_data":{"events":[{"type":"m.direct","content":{\#(direct.joined(separator: ","))}}]},"#
      + #""presence":{"events":[\#(events.joined(separator: ","))]}"#
  }

  /// The source, which runs from now on, and what it tells.
  func start(_ features: String = "") throws -> (source: RoomRosterSource, roster: Box<Roster>) {
    let answer = try WireJSON.decode(
      VersionsAnswer.self, from: Array("{\"versions\":[],\"unstable_features\":{\(features)}}".utf8))
    let source = RoomRosterSource(session, ServerCapabilities(answer), seed: 1)
    let box = Box<Roster>()
    simulation.start { [session] in
      try? await source.run { step in
        guard case .update(let update) = step else { return }
        var roster = box.value ?? Roster(userID: session.userID)
        _ = roster.apply(update, at: session.time.instant)
        box.set(roster)
      }
    }
    simulation.advance(by: .seconds(1))
    return (source, box)
  }

  func perform(_ request: RosterRequest, by source: RoomRosterSource) throws {
    try simulation.run { try await source.perform(request) }
    simulation.advance(by: .seconds(1))
  }
}
