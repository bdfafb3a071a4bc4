import MatrixWire
import PorchlightTestSupport
import PresenceCore
import Testing

@testable import Homeserver

/// A change from one form of a text to another that looks the same is a change.
struct ExactTextTests {
  private let composed = "caf\u{E9}"
  private let decomposed = "cafe\u{301}"
  private var world: RoomWorld

  init() throws { world = try RoomWorld() }

  private func put(_ path: String, _ body: String) throws {
    let answer = try world.client.send(.put, "v3/\(path)", body, as: world.tokens["ann"])
    #expect(answer.status == 200, "\(answer.text)")
  }

  private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

  @Test mutating func aNameIsTheNewOneEverywhere() throws {
    let id = try world.room(with: ["bob"])
    let ann = try world.user("ann")
    for name in [composed, decomposed] {
      try put("profile/\(ann)/displayname", #"{"displayname":"\#(name)"}"#)
    }
    let profile = try world.client.send(.get, "v3/profile/\(ann)").decoded(Profile.self)
    #expect(bytes(profile.displayName ?? "") == bytes(decomposed))
    let answer = try world.sync("bob")
    let names = (answer.rooms.joined[id]?.stateChanges ?? []).compactMap { event in
      if case .member(ann, let content) = event.content { content.displayName } else { nil }
    }
    #expect(names.last.map(bytes) == bytes(decomposed))
    let told = answer.presence.compactMap { event in
      if case .presence(ann, let content) = event { content.displayName } else { nil }
    }
    #expect(told.map(bytes) == [bytes(decomposed)])
  }

  @Test mutating func aStatusTextIsToldAgain() throws {
    _ = try world.room(with: ["bob"])
    let ann = try world.user("ann")
    var since: SyncToken?
    for text in [composed, decomposed] {
      try put("presence/\(ann)/status", #"{"presence":"online","status_msg":"\#(text)"}"#)
      let answer = try world.sync("bob", since: since)
      let told = answer.presence.compactMap { event in
        if case .presence(ann, let content) = event { content.statusMessage } else { nil }
      }
      #expect(told.map(bytes) == [bytes(text)])
      since = answer.nextBatch
    }
  }

  @Test func aRoomAndADeviceTakeTheNewName() throws {
    var world = world
    let id = try world.room()
    let login = try world.client.register("dan", more: #""device_id":"D","#)
    for name in [composed, decomposed] {
      try put("rooms/\(id)/state/m.room.name", #"{"name":"\#(name)"}"#)
      let renamed = try world.client.send(
        .put, "v3/devices/D", #"{"display_name":"\#(name)"}"#, as: login.accessToken)
      #expect(renamed.status == 200)
      let device = try world.client.send(.get, "v3/devices/D", as: login.accessToken)
        .decoded(DeviceDescription.self)
      #expect(device.displayName.map(bytes) == bytes(name))
      let room = try world.client.send(.get, "v3/rooms/\(id)/state/m.room.name", as: world.tokens["ann"])
      #expect(room.response.body == bytes(#"{"name":"\#(name)"}"#))
    }
  }

  @Test func aGroupTakesTheNewName() throws {
    let bob = try world.user("bob")
    let path = "unstable/\(UnstablePrefix.namespace)/presence/list"
    func change(_ body: String) throws {
      let answer = try world.client.send(.post, path, body, as: world.tokens["ann"])
      #expect(answer.status == 200, "\(answer.text)")
    }
    try change(#"{"invite":["\#(bob)"]}"#)
    for group in [composed, decomposed] {
      try change(#"{"groups":{"\#(bob)":["\#(group)"]}}"#)
      let presence = world.client.server.homeserver.presence
      let ann = try world.user("ann")
      let groups = try world.client.simulation.run {
        await presence.rules.lists.entry(of: ann, for: bob)?.groups
      }
      #expect(groups?.map(bytes) == [bytes(group)])
    }
  }
}
