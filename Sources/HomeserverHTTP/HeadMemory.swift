/// The bytes of a request's head that is not whole yet, and the memory they are charged to where they are many.
struct HeadMemory {
  private(set) var bytes = 0
  private var charge: MemoryCharge?

  /// Whether the memory was taken for another request.
  var isTaken: Bool { charge.map { !$0.isHeld } ?? false }

  /// So many bytes are kept now.
  ///
  /// - Parameters:
  ///   - count: how many.
  ///   - free: how many are not charged.
  ///   - begin: begins to charge.
  /// - Returns: whether there is memory for them.
  mutating func set(_ count: Int, free: Int, _ begin: () -> MemoryCharge) -> Bool {
    bytes = count
    guard count > free else {
      charge = nil
      return true
    }
    let memory = charge ?? begin()
    charge = memory
    // Buffers grow by doubling. This one is kept, and read into, for as long as the connection is open.
    return memory.grow(to: 2 * count)
  }

  mutating func release() { charge = nil }
}
