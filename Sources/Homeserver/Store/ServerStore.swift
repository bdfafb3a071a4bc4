public import MatrixWire

/// Where a homeserver keeps what it must not lose: load everything but timelines, commit changes, and ask for timelines.
///
/// Every implementation passes the contract suite in `PorchlightTestSupport`.
public protocol ServerStore: RoomHistory {
  /// Everything that was committed but the timelines of rooms, and one start more than last time.
  ///
  /// - Throws: `StoreError`, also where the store belongs to a server of another name.
  func load(for server: ServerName) async throws(StoreError) -> StoredServer

  /// Applies changes in order, all or none, and returns when they are durable: a process killed right after
  /// finds them again, and a power cut takes nothing back.
  ///
  /// The cancellation of the calling task changes nothing: a client that hangs up must not undo a write.
  func commit(_ changes: [StoreChange]) async throws(StoreError)

  /// Writes out what an orderly end lets be written; nothing is committed afterwards.
  func close() async
}

/// Why something could not be stored, or read back.
public struct StoreError: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Code: Hashable, Sendable {
    /// There is no room on the disk. Reads go on; writes succeed again when there is room.
    case full
    /// The store belongs to a server of another name, or was written by a newer porchlight.
    case foreign
    /// Another process has it open.
    case inUse
    /// It was closed: its server is ending.
    case closed
    /// Anything else the disk or the database said.
    case failed
  }

  public let code: Code
  /// For people: what failed, on what.
  public let message: String

  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  public var description: String { message }
}
