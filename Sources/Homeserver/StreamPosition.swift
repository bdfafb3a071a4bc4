internal import MatrixWire

/// Where a stream goes on, for each of its sources: as a token, `p3_17`, in which a client sees nothing.
///
/// Presence counts for each person by themselves (`StreamIndex`), and account data, which is a person's own, is counted
/// with it. A source that has to count otherwise adds a number here and to the token.
struct StreamPosition: Hashable, Sendable {
  /// Which life of the store it is of.
  let life: UInt64
  /// How much the person's stream has been told of presence, lists, invites and account data.
  let version: UInt64

  init(life: UInt64, version: UInt64) {
    self.life = life
    self.version = version
  }

  /// Takes a token that was given out, in the one way a position is written.
  init?(_ token: SyncToken) {
    var rest = token.rawValue.utf8[...]
    guard rest.popFirst() == UInt8(ascii: "p"), let life = Self.number(&rest),
      rest.popFirst() == UInt8(ascii: "_"),
      let version = Self.number(&rest), rest.isEmpty
    else { return nil }
    self.init(life: life, version: version)
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

  var token: SyncToken {
    guard let token = SyncToken("p\(life)_\(version)") else { preconditionFailure("numbers make a token") }
    return token
  }
}
