/// The bytes of a request's head that is not whole yet, and the memory they are charged to where they are many.
struct HeadMemory {
  var bytes = 0
  var charge: MemoryCharge?

  /// Whether the memory was taken for another request.
  var isTaken: Bool { charge.map { !$0.isHeld } ?? false }
}
