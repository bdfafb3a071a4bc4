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
    let parts = token.rawValue.utf8.dropFirst().split(
      separator: UInt8(ascii: "_"), omittingEmptySubsequences: false)
    guard parts.count == 2, let life = UInt64(Substring(parts[0])), let version = UInt64(Substring(parts[1]))
    else { return nil }
    self.init(life: life, version: version)
    guard self.token == token else { return nil }
  }

  var token: SyncToken {
    guard let token = SyncToken("p\(life)_\(version)") else { preconditionFailure("numbers make a token") }
    return token
  }
}
