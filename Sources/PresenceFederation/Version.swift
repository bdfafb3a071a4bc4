/// Which state of a user is newer: within a life of their server, and across them.
struct Version: Hashable, Comparable, Sendable {
  var epoch: Int64
  var sequence: Int64

  init(epoch: Int64, sequence: Int64) {
    self.epoch = epoch
    self.sequence = sequence
  }

  static func < (left: Version, right: Version) -> Bool {
    (left.epoch, left.sequence) < (right.epoch, right.sequence)
  }
}
