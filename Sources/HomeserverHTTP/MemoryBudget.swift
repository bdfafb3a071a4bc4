internal import CAllocator
internal import Homeserver
internal import MatrixWire
internal import NIOCore
internal import NIOPosix
internal import Synchronization

/// The memory of the requests of all connections of a server.
final class MemoryBudget: Sendable {
  /// Asks a connection to end the request that is coming; called on any thread. It must not keep the connection alive:
  /// what a connection holds is let go of with it.
  typealias End = @Sendable () -> Void

  /// A drop of so many bytes is worth a look at what the allocator keeps.
  private static let notable = 8_388_608

  private let memory: Mutex<RequestMemory<End>>

  init(bytes: Int) { memory = Mutex(RequestMemory(bytes: bytes)) }

  /// A request begins to take up memory; `end` is called where it has to give way to another.
  func open(for sender: RequestSender, _ end: @escaping End) -> MemoryCharge {
    let share: RequestMemory<End>.Share =
      switch sender {
      case .session: .sessions
      case .knownServer: .servers
      case .unknown, .nobody: .unknown
      }
    return MemoryCharge(self, memory.withLock { $0.open(share, by: end) })
  }

  fileprivate func grow(_ ticket: RequestMemory<End>.Ticket, to bytes: Int) -> Bool {
    let growth = memory.withLock { $0.grow(ticket, to: bytes) }
    for end in growth.givingWay { end() }
    return growth.isGranted
  }

  fileprivate func complete(_ ticket: RequestMemory<End>.Ticket) { memory.withLock { $0.complete(ticket) } }

  fileprivate func holds(_ ticket: RequestMemory<End>.Ticket) -> Bool { memory.withLock { $0.holds(ticket) } }

  fileprivate func close(_ ticket: RequestMemory<End>.Ticket) {
    let isDrop = memory.withLock { memory in
      memory.close(ticket)
      return memory.takeDrop(of: Self.notable)
    }
    if isDrop { FreedMemory.giveBack() }
  }
}

/// What one request takes up, for as long as this is held.
final class MemoryCharge: Sendable {
  private let budget: MemoryBudget
  private let ticket: RequestMemory<MemoryBudget.End>.Ticket

  fileprivate init(_ budget: MemoryBudget, _ ticket: RequestMemory<MemoryBudget.End>.Ticket) {
    self.budget = budget
    self.ticket = ticket
  }

  deinit { budget.close(ticket) }

  /// - Returns: whether the request may take up so many bytes in all; where not, it has to end.
  func grow(to bytes: Int) -> Bool { budget.grow(ticket, to: bytes) }

  /// The request is there, and is asked to end no more.
  func complete() { budget.complete(ticket) }

  /// Whether it did not have to give way.
  var isHeld: Bool { budget.holds(ticket) }
}

/// Memory that nobody uses and the allocator keeps.
enum FreedMemory {
  /// How often a server gives back what lies between blocks that are in use: it grows for hours where clients come and go.
  static let interval = TimeAmount.minutes(5)

  /// Gives it back to the system, on a thread that may wait: it takes some milliseconds.
  static func giveBack() { NIOThreadPool.singleton.submit { _ in porch_allocator_trim() } }
}
