import MatrixWire
import PresenceCore
import TestNames
import Testing

/// What `PUT …/status` takes, keeps and refuses (Protocol 3.3, Q19 to Q21).
struct StatusTests {
  @Test(arguments: ["", nil])
  func anEmptyOrAbsentTextClears(text: String?) throws {
    var world = try World.annWatchesBobOnline()
    try world.put(.online, "gone soon", by: bob)
    try world.put(.online, text, by: bob)
    #expect(world.seen(bob, by: ann)?.statusMessage == nil)
  }

  @Test(arguments: [PresenceState.unknown, .other("dnd")])
  func aStateNobodyCanChooseIsRefused(state: PresenceState) throws {
    var world = World()
    let error = #expect(throws: MatrixError.self) { try world.put(state, by: bob) }
    #expect(error?.code == .invalidParameter)
  }

  @Test func aTextUpToTheLimitIsTaken() throws {
    var world = World()
    try world.put(.online, String(repeating: "é", count: 512), by: bob)
    #expect(world.rules.person(bob)?.statusMessage?.utf8.count == 1024)
  }

  @Test func aTextOverTheLimitIsRefusedAndChangesNothing() throws {
    var world = World()
    let before = world.rules.person(bob)
    let error = #expect(throws: MatrixError.self) {
      try world.put(.busy, String(repeating: "é", count: 512) + "!", by: bob)
    }
    #expect(error?.code == .tooLarge)
    #expect(world.rules.person(bob) == before)
  }

  @Test func somebodyWhoDoesNotExistIsRefused() throws {
    var world = World()
    let error = #expect(throws: MatrixError.self) { try world.put(.online, by: person("nobody")) }
    #expect(error?.code == .notFound)
  }

  @Test func theSameStatusAgainIsNoNews() throws {
    var world = try World.annWatchesBobOnline()
    try world.put(.busy, "hush", by: bob)
    world.forget()
    try world.put(.busy, "hush", by: bob)
    #expect(world.effects == [])
  }

  @Test func everyChangeIsEchoedToOneself() throws {
    var world = try World.annWatchesBobOnline()
    try world.put(.online, "new words", by: bob)
    #expect(world.effects == [.presenceChanged(bob, toOthers: true)])
  }

  @Test func onlyTheOwnViewCarriesTheChoice() throws {
    var world = try World.annWatchesBobOnline()
    try world.put(.unavailable, by: bob)
    #expect(world.seen(bob, by: bob)?.choice == .unavailable)
    #expect(world.seen(bob, by: ann)?.choice == nil)
  }

  @Test func registeringAgainChangesNothing() throws {
    var world = try World.annWatchesBobOnline()
    try world.put(.busy, "hush", by: bob)
    let before = world.rules.person(bob)
    world.rules.register(bob, now: world.now)
    #expect(world.rules.person(bob) == before)
  }
}
