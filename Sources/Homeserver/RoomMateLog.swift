internal import MatrixWire

/// When users who share a room with a viewer, and are not on the viewer's list, last looked different. Only those are
/// here who did in this life of the server, and of them the last: a room may have thousands of members.
struct RoomMateLog: Sendable {
  private struct Record: Sendable {
    var version: UInt64
    /// Which of all changes of presence that was.
    var told: UInt64
  }

  private var records: [UserID: Record] = [:]
  /// The same users in the order of their versions, which is that in which they are told. Who changed again stands here
  /// more than once, the last time with the version of their record.
  private var order: [(user: UserID, version: UInt64)] = []
  /// Up to this version it is not known any more who changed.
  private(set) var floor: UInt64 = 0
  private static let most = 256

  var isEmpty: Bool { records.isEmpty }

  /// Which change of a user the viewer's stream has told last; nil where that is not known.
  func told(of user: UserID) -> UInt64? { records[user]?.told }

  /// Who looks different since a version that is not below `floor`, oldest change first.
  ///
  /// It takes as long as it finds: mostly that is one user of hundreds.
  func changed(since version: UInt64) -> [UserID] {
    var changed: [UserID] = []
    for entry in order.reversed() {
      guard entry.version > version else { break }
      // Nothing came after the newest.
      if changed.isEmpty || records[entry.user]?.version == entry.version { changed.append(entry.user) }
    }
    if changed.count > 1 { changed.reverse() }
    return changed
  }

  mutating func presenceChanged(of user: UserID, at version: UInt64, told: UInt64) {
    records[user] = Record(version: version, told: told)
    order.append((user, version))
    guard order.count > 2 * Self.most || records.count > Self.most else { return }
    order = order.filter { records[$0.user]?.version == $0.version }
    guard records.count > Self.most else { return }
    let oldest = order.prefix(Self.most / 2)
    for (user, version) in oldest {
      floor = version
      records[user] = nil
    }
    order.removeFirst(oldest.count)
  }
}
