import MatrixWire
import PorchlightTestSupport
import RoomCore
import Synchronization
import Testing

@testable import Homeserver

/// Clients that load members lazily, and members who said nothing for long.
struct SpeakerTests {
  /// A store that counts what it is asked.
  private final class CountingStore: RelayingStore {
    let base = MemoryServerStore()
    private let counted = Atomic(0)

    /// How many questions there were since this was asked last.
    func take() -> Int { counted.exchange(0, ordering: .relaxed) }

    func load(for server: ServerName) async throws(StoreError) -> StoredServer {
      var stored = try await base.load(for: server)
      stored.decoyKey = Array(1...32)
      return stored
    }

    func commit(_ changes: [StoreChange]) async throws(StoreError) { try await base.commit(changes) }

    func events(_ ids: Set<EventID>) async throws(StoreError) -> [EventID: StoredEvent] {
      counted.add(1, ordering: .relaxed)
      return try await base.events(ids)
    }
  }

  private static let lazy = #"{"room":{"state":{"lazy_load_members":true}}}"#
  private static let speakers = ["dan", "eve", "fay"]
  private static let listeners = ["ann", "bob", "cem"]

  private func members(_ answer: SyncAnswer, _ room: RoomID) -> [String] {
    (answer.rooms.joined[room]?.state ?? []).compactMap { event in
      if case .member(let user, _) = event.content { String(user.localpart) } else { nil }
    }
  }

  @Test func whoSpeaksIsReadOnceForAll() throws {
    let store = CountingStore()
    var world = try RoomWorld(store: store, users: Self.listeners + Self.speakers)
    let id = try world.room(with: ["bob", "cem"] + Self.speakers)
    world = try world.restarted(on: store, seed: 2)
    let since = try Self.listeners.map { try world.sync($0, filter: Self.lazy).nextBatch }
    for speaker in Self.speakers { try world.say("hello", in: id, by: speaker) }
    _ = store.take()
    for (listener, position) in zip(Self.listeners, since) {
      let answer = try world.sync(listener, since: position, filter: Self.lazy)
      #expect(answer.rooms.joined[id]?.bodies.count == 3)
      #expect(members(answer, id) == Self.speakers)
    }
    #expect(store.take() == 1)
  }

  @Test func whatAMembershipLostIsToldToNobodyAfterwards() throws {
    let store = KeptKeyStore()
    var world = try RoomWorld(store: store, users: Self.listeners + Self.speakers)
    let id = try world.room(with: ["bob", "cem"])
    try world.run(
      .join(.id(id), profile: Profile(displayName: "a secret"), content: [:]), by: "dan")
    world = try world.restarted(on: store, seed: 2)
    let since = try Self.listeners.map { try world.sync($0, filter: Self.lazy).nextBatch }
    try world.say("hello", in: id, by: "dan")
    #expect(try world.syncText("ann", since: since[0], filter: Self.lazy).contains("a secret"))
    let presence = world.client.server.homeserver.presence
    let dan = try world.user("dan")
    let own = try world.client.simulation.run { () -> StoredEvent? in
      guard let event = await presence.rooms.rules.room(id)?.member(dan)?.event else { return nil }
      return try await presence.history.events([event])[event]
    }
    try world.run(.redact(#require(own).event, reason: nil), by: "ann")
    #expect(try !world.syncText("bob", since: since[1], filter: Self.lazy).contains("a secret"))
  }
}
