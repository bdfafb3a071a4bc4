import Homeserver
import MatrixWire
import PorchlightTestSupport
import Testing

/// How often things may be done in rooms.
struct RoomRateTests {
  private func client(_ change: (inout RateLimits) -> Void) throws -> RoomClient {
    var limits = RateLimits.none
    change(&limits)
    return try RoomClient { $0.rateLimits = limits }
  }

  private let once = RateLimits.Rate(perSecond: 0.1, burst: 1)

  @Test func whatIsSaidIsCounted() throws {
    let client = try client { $0.messages = .init(perSecond: 0.1, burst: 2) }
    let hall = try client.room()
    #expect(try client.ask("ann", .put, "\(hall)/state/m.x", "{}").code == "200 -")
    #expect(try client.ask("ann", .post, "\(hall)/send/m.x", "{}").code == "200 -")
    let refused = try client.ask("ann", .put, "\(hall)/send/m.x/1", "{}")
    #expect(refused.code == "429 M_LIMIT_EXCEEDED")
    #expect(refused.response.header("Retry-After") != nil)
    #expect(
      try client.ask("ann", .put, "\(hall)/typing/@ann:harbor.example", #"{"typing":true}"#).status == 429)
    // Reading is not.
    #expect(try client.ask("ann", .get, "\(hall)/state").code == "200 -")
  }

  @Test func joinsAreCounted() throws {
    let client = try client { $0.joins = once }
    let hall = try client.room(#"{"preset":"public_chat"}"#)
    #expect(try client.ask("bob", .post, "\(hall)/join").code == "200 -")
    #expect(try client.ask("bob", .post, "join/\(hall.dropFirst(6))").code == "429 M_LIMIT_EXCEEDED")
    #expect(try client.ask("bob", .post, "knock/\(hall.dropFirst(6))").code == "429 M_LIMIT_EXCEEDED")
    #expect(try client.ask("cid", .post, "\(hall)/join").code == "200 -")
  }

  @Test func roomsThatAreMadeAreCounted() throws {
    let client = try client { $0.roomCreations = once }
    _ = try client.room()
    #expect(try client.ask("ann", .post, "createRoom").code == "429 M_LIMIT_EXCEEDED")
    #expect(try client.ask("bob", .post, "createRoom").code == "200 -")
  }

  @Test func everyInviteIsCountedHoweverItIsMade() throws {
    let client = try client { $0.invites = .init(perSecond: 0.1, burst: 2) }
    let both = #"{"invite":["@bob:harbor.example","@cid:harbor.example"]}"#
    let hall = try client.room(both)
    #expect(try client.ask("ann", .post, "createRoom", both).code == "429 M_LIMIT_EXCEEDED")
    let body = #"{"user_id":"@dan:harbor.example"}"#
    #expect(try client.ask("ann", .post, "\(hall)/invite", body).code == "429 M_LIMIT_EXCEEDED")
    let state = "\(hall)/state/m.room.member/@dan:harbor.example"
    #expect(try client.ask("ann", .put, state, #"{"membership":"invite"}"#).code == "429 M_LIMIT_EXCEEDED")
    #expect(try client.ask("ann", .put, state, #"{"membership":"ban"}"#).code == "200 -")
  }
}
