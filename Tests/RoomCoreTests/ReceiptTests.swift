import MatrixWire
import Ports
import RoomCore
import TestNames
import Testing

struct ReceiptTests {
  private var hall: Hall

  init() {
    var limits = RoomLimits()
    limits.receipts = 3
    hall = Hall(limits: limits)
  }

  private func receipt(_ event: PDU, _ thread: String?) -> RoomReceipt {
    RoomReceipt(
      user: ann, kind: .read, thread: thread, event: event.id, eventPosition: event.position,
      timestamp: start.wall)
  }

  @Test mutating func aUserWithTheMostReceiptsMovesThemAndAddsNone() throws {
    let id = try hall.room()
    let first = try #require(hall.events.last)
    for thread in [nil, "main", "$a"] { try hall.run(.setReceipt(id, receipt(first, thread)), by: ann) }
    try hall.run(.send(id, type: "m.room.message", content: [:]), by: ann)
    let next = try #require(hall.events.last)
    for thread in [nil, "main", "$a"] {
      #expect(try hall.run(.setReceipt(id, receipt(next, thread)), by: ann).changes.count == 1)
    }
    #expect(hall.refusal(of: .setReceipt(id, receipt(next, "$b")), by: ann) == .tooLarge)
    #expect(hall.rules.receipts(in: id).all.map(\.event) == [next.id, next.id, next.id])
  }

  @Test mutating func aReceiptMovesForwardOnly() throws {
    let id = try hall.room()
    let first = try #require(hall.events.first)
    let last = try #require(hall.events.last)
    try hall.run(.setReceipt(id, receipt(last, nil)), by: ann)
    for event in [first, last] {
      #expect(try hall.run(.setReceipt(id, receipt(event, nil)), by: ann).changes.isEmpty)
    }
    #expect(hall.rules.receipts(in: id).readPosition(of: ann) == last.position)
  }
}
