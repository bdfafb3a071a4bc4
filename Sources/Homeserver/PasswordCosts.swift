/// What it costs to check the passwords of this server's accounts, as a tally.
///
/// A login with a name nobody has takes as long as one with an account. Accounts may differ: their hashes are as dear
/// as the server's cost was when they were made. So each name without an account is as dear as some account, in the
/// same shares, and stays so: as accounts go over to the present cost, names go over too, and never back.
struct PasswordCosts: Sendable {
  private struct Entry: Sendable {
    var count: Int
    /// A hash of that cost.
    var example: String
  }

  private var entries: [String: Entry] = [:]

  mutating func add(_ hash: String, cost: String) {
    entries[cost, default: Entry(count: 0, example: hash)].count += 1
  }

  mutating func remove(cost: String) {
    guard let entry = entries[cost] else { return }
    if entry.count > 1 { entries[cost]?.count -= 1 } else { entries[cost] = nil }
  }

  /// The hash to compare with for a name nobody has, whatever comes of the comparison; nil while no account has a
  /// password.
  ///
  /// - Parameters:
  ///   - draw: a number that is always the same for the same name, and that only this server can compute.
  ///   - present: what new hashes cost.
  /// - Returns: a hash of some account.
  func decoy(_ draw: UInt64, present: String) -> String? {
    let ordered = entries.sorted { left, right in
      left.key == present || right.key == present
        ? right.key == present && left.key != present : left.key < right.key
    }
    let total = entries.values.reduce(0) { $0 + $1.count }
    var place = Int(clamping: draw.multipliedFullWidth(by: UInt64(total)).high)
    for (_, entry) in ordered {
      if place < entry.count { return entry.example }
      place -= entry.count
    }
    return ordered.last?.value.example
  }
}
