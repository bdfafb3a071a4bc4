import MatrixWire
import RoomCore
import TestNames
import Testing

/// Requests that are repeated.
struct TransactionTests {
  private static let limits: RoomLimits = {
    var limits = RoomLimits()
    limits.transactions = 2
    return limits
  }()
  private var hall = Hall(limits: TransactionTests.limits)

  private func key(_ id: String, _ device: String = "tty") -> TransactionKey {
    TransactionKey(user: ann, device: TestNames.device(device), endpoint: "send", id: id)
  }

  private mutating func send(_ key: TransactionKey, in room: RoomID) throws -> EventID? {
    try hall.run(.send(room, type: "m.room.message", content: [:]), by: ann, transaction: key).event
  }

  private func remembered(_ rules: RoomRules, _ device: String = "tty") -> [String] {
    ["1", "2", "3", "4"].filter { rules.event(of: key($0, device)) != nil }
  }

  @Test mutating func theOldestOfADeviceIsForgottenFirst() throws {
    let id = try hall.room()
    let first = try send(key("1"), in: id)
    _ = try send(key("1", "phone"), in: id)
    _ = try send(key("2"), in: id)
    #expect(try send(key("1"), in: id) == first, "A repetition is no new request.")
    _ = try send(key("3"), in: id)
    #expect(remembered(hall.rules) == ["2", "3"])
    #expect(remembered(hall.rules, "phone") == ["1"])
    #expect(try send(key("1"), in: id) != first)
  }

  @Test mutating func theBoundHoldsAcrossARestart() throws {
    let id = try hall.room()
    for request in ["1", "2", "3"] { _ = try send(key(request), in: id) }
    hall.restart(limits: Self.limits)
    #expect(remembered(hall.rules) == ["2", "3"])
    _ = try send(key("4"), in: id)
    #expect(remembered(hall.rules) == ["3", "4"])
  }

  @Test mutating func whatADeviceThatIsGoneSentIsForgotten() throws {
    let id = try hall.room()
    for request in ["1", "2"] { _ = try send(key(request), in: id) }
    _ = try send(key("1", "phone"), in: id)
    hall.rules.forgetTransactions(of: ann, on: device("tty"))
    hall.stored.removeTransactions(of: ann, on: device("tty"))
    #expect(remembered(hall.rules) == [])
    #expect(remembered(hall.rules, "phone") == ["1"])
    hall.restart(limits: Self.limits)
    #expect(remembered(hall.rules) == [])
    #expect(remembered(hall.rules, "phone") == ["1"])
    let first = try send(key("1"), in: id)
    hall.rules.forget(key("1"))
    #expect(try send(key("1"), in: id) != first)
  }
}
