import MatrixWire
import PorchlightTestSupport
import Ports
import RoomCore
import Testing

@testable import Homeserver

/// Requests that are under way while their session ends.
struct EndedSessionTests {
  private let body = #"{"msgtype":"m.text","body":"hello"}"#

  private func event(_ response: WireResponse?) throws -> EventID {
    try WireJSON.decode(EventIDAnswer.self, from: try #require(response).body).eventID
  }

  @Test(arguments: [true, false])
  func whatADeviceSentAsItLoggedOutIsNotRepeatedByTheNextOne(logsInMeanwhile: Bool) throws {
    let store = HeldStore()
    var world = try RoomWorld(store: store)
    let (client, simulation) = (world.client, world.client.simulation)
    let homeserver = client.server.homeserver
    let (one, two) = (try world.room(), try world.room())
    let device = #""device_id":"D","#
    let token = try client.register("dan", password: "secret", more: device).accessToken
    try world.join(two, "dan")
    let path = "rooms/\(two)/send/m.room.message/1"
    func logIn() throws -> AccessToken? {
      try client.login("dan", "secret", more: device).decoded(Credentials.self).accessToken
    }

    // The message waits for something that has an earlier place in the stream.
    store.hold(.events)
    let topic = RoomCommand(
      .setState(one, StateKey("m.room.topic"), content: ["topic": "slow"], profile: nil),
      by: try world.user("ann"))
    simulation.start { _ = try? await homeserver.presence.perform(topic) }
    let answer = Box<WireResponse>()
    let segments = ["_matrix", "client", "v3"] + path.split(separator: "/").map(String.init)
    let request = WireRequest(.put, segments, accessToken: token, body: Array(body.utf8))
    simulation.start { answer.set(await homeserver.respond(to: request, from: .inProcess)) }
    #expect(try client.send(.post, "v3/logout", as: token).status == 200)
    var again = logsInMeanwhile ? try logIn() : nil
    #expect(answer.value == nil)
    store.letGo()
    simulation.drain()

    let sent = try event(answer.value)
    if !logsInMeanwhile { again = try logIn() }
    let repeated = try event(client.send(.put, "v3/\(path)", body, as: again).response)
    #expect(repeated != sent)
    #expect(try event(client.send(.put, "v3/\(path)", body, as: again).response) == repeated)
    let later = try world.restarted(on: store, seed: 2)
    #expect(try event(later.client.send(.put, "v3/\(path)", body, as: again).response) == repeated)
  }
}
