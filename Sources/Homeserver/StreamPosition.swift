internal import MatrixWire

/// Where a stream goes on, for each of its sources: as a token, `p3_17`, in which a client sees nothing.
///
/// Presence counts for each person by themselves (`StreamIndex`), and account data and typing, which are kept no longer
/// than a life of the server, are counted with it. Rooms count together and for ever: users who are in any have their
/// number in the token too, sealed, `p3_17_4f5e6d7c8b9a0123`.
struct StreamPosition: Hashable, Sendable {
  /// Which life of the store it is of.
  let life: UInt64
  /// How much the person's stream has been told of presence, lists, invites and account data.
  let version: UInt64
  /// How much of the rooms' common stream they have been told; nil where they were in none.
  let rooms: UInt64?

  init(life: UInt64, version: UInt64, rooms: UInt64? = nil) {
    (self.life, self.version, self.rooms) = (life, version, rooms)
  }

  /// The position of an answer that goes no further in rooms than this; nil is as far as the position.
  func ending(inRooms end: UInt64?) -> StreamPosition {
    end.map { StreamPosition(life: life, version: version, rooms: $0) } ?? self
  }

  /// Takes a token that was given out, in the one way a position is written.
  init?(_ token: SyncToken, _ seal: PositionSeal) {
    var rest = token.rawValue.utf8[...]
    guard rest.popFirst() == UInt8(ascii: "p"), let life = Self.number(&rest),
      rest.popFirst() == UInt8(ascii: "_"),
      let version = Self.number(&rest)
    else { return nil }
    var rooms: UInt64?
    if let mark = rest.popFirst() {
      guard mark == UInt8(ascii: "_"), let position = seal.open(Substring(rest)) else { return nil }
      rooms = position
    }
    self.init(life: life, version: version, rooms: rooms)
  }

  /// Reads a number without leading zeros, the way numbers are written.
  private static func number(_ text: inout Substring.UTF8View) -> UInt64? {
    guard let first = text.first, (48...57).contains(first) else { return nil }
    var number: UInt64 = 0
    var count = 0
    while let digit = text.first, (48...57).contains(digit) {
      let (ten, overflow) = number.multipliedReportingOverflow(by: 10)
      let (sum, carry) = ten.addingReportingOverflow(UInt64(digit - 48))
      guard !overflow, !carry else { return nil }
      (number, count) = (sum, count + 1)
      text.removeFirst()
    }
    return first == 48 && count > 1 ? nil : number
  }

  func token(_ seal: PositionSeal) -> SyncToken {
    let rooms = rooms.map { "_" + seal.seal($0) } ?? ""
    guard let token = SyncToken("p\(life)_\(version)\(rooms)") else {
      preconditionFailure("numbers make a token")
    }
    return token
  }
}
