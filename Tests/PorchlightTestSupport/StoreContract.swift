public import Homeserver
internal import MatrixWire
internal import Ports
internal import PresenceCore
internal import RoomCore

/// One place where a store keeps things, opened again and again.
public protocol StorePlace: Sendable {
  /// A store on what was committed so far. The one before is used no more, and was not closed in order.
  func open() throws -> any ServerStore
}

/// One thing every store promises, and how it is tried.
public struct StorePromise: Sendable, CustomStringConvertible {
  public let description: String
  let check: @Sendable (any StorePlace) async throws -> Void

  init(_ description: String, _ check: @escaping @Sendable (any StorePlace) async throws -> Void) {
    self.description = description
    self.check = check
  }

  /// Tries it on an empty place.
  ///
  /// - Throws: `BrokenPromise`, and whatever a store throws that should not.
  public func hold(_ place: any StorePlace) async throws { try await check(place) }

  /// What every store promises.
  public static let all = rows + removals + commits + texts + rooms + history
}

/// A store did not do what it promises.
public struct BrokenPromise: Error, CustomStringConvertible {
  public let description: String
}

// MARK: Helpers

/// Names and rows to try a store with.
enum Sample {
  static func server(_ name: String = "harbor.example") throws -> ServerName {
    try ServerName(name).orThrow("server \(name)")
  }

  static func user(_ localpart: String) throws -> UserID {
    try UserID("@\(localpart):harbor.example").orThrow("user \(localpart)")
  }

  static func device(_ name: String) throws -> DeviceID { try DeviceID(name).orThrow("device \(name)") }

  static func time(_ milliseconds: Int64) -> WallTime { WallTime(milliseconds: milliseconds) }

  static func account(_ localpart: String, name: String? = nil) throws -> StoreChange {
    .account(
      AccountRecord(user: try user(localpart), createdAt: time(1), profile: Profile(displayName: name)))
  }

  static func device(_ name: String, of localpart: String) throws -> StoreChange {
    .device(DeviceRecord(user: try user(localpart), id: try device(name)))
  }

  static func token(
    _ digest: [UInt8], of localpart: String, on name: String, kind: TokenRecord.Kind = .access
  ) throws -> StoreChange {
    .token(
      TokenRecord(
        digest: TokenDigest(bytes: digest), user: try user(localpart), device: try device(name), kind: kind))
  }

  static func activity(_ name: String, of localpart: String) throws -> StoreChange {
    .deviceActivity(DeviceActivityRecord(user: try user(localpart), device: try device(name)))
  }
}

extension StorePlace {
  /// What a server finds that starts here now.
  func load() async throws -> StoredServer { try await open().load(for: Sample.server()) }

  func commit(_ changes: [StoreChange]) async throws { try await open().commit(changes) }

  /// Commits, and finds exactly what these changes leave behind.
  func commit(_ changes: [StoreChange], leaving rows: [StoreChange]) async throws {
    try await commit(changes)
    try await leaves(rows)
  }

  func leaves(_ rows: [StoreChange]) async throws {
    let found = try await load().asChanges.map(ExactBytes.of).sorted()
    let expected = rows.map(ExactBytes.of).sorted()
    guard found == expected else {
      let (more, less) = (found.filter { !expected.contains($0) }, expected.filter { !found.contains($0) })
      throw BrokenPromise(
        description: "found \(more.map(\.shown)) instead of \(less.map(\.shown))")
    }
  }
}

func expectFailure(
  _ what: String, of code: StoreError.Code? = nil, _ body: () async throws -> Void
) async throws {
  do {
    try await body()
  } catch let error as StoreError {
    guard code == nil || error.code == code else {
      throw BrokenPromise(description: "\(what): \(error.code) rather than \(String(describing: code))")
    }
    return
  }
  throw BrokenPromise(description: "\(what): nothing was thrown")
}

func expect(_ holds: Bool, _ what: String) throws {
  if !holds { throw BrokenPromise(description: what) }
}

extension StoredServer {
  /// What would have to be committed to an empty store, without timelines.
  public var asChanges: [StoreChange] {
    accounts.map(StoreChange.account) + presence.map(StoreChange.presence)
      + devices.map(StoreChange.device) + deviceActivity.map(StoreChange.deviceActivity)
      + tokens.map(StoreChange.token) + relationships.map(StoreChange.relationship)
      + profileFields.map(StoreChange.profileField) + accountData.map(StoreChange.accountData)
      + filters.map(StoreChange.filter)
      + peers.map(StoreChange.peer) + unsent.map(StoreChange.unsent) + (epoch > 0 ? [.epoch(epoch)] : [])
      + roomRows.asChanges.map(StoreChange.rooms)
  }
}

extension RoomRows {
  fileprivate var asChanges: [RoomChange] {
    rooms.map(RoomChange.room) + state.map(Sample.added) + aliases.map(RoomChange.alias)
      + forgotten.map(RoomChange.forgotten) + receipts.map(RoomChange.receipt)
      + accountData.map(RoomChange.accountData) + transactions.map(RoomChange.transaction)
  }
}

/// A value down to its bytes: Swift holds canonically equivalent texts for equal, a store must not.
public struct ExactBytes: Hashable, Comparable, Sendable {
  private var leaves: [[UInt8]] = []

  public static func of(_ value: Any) -> ExactBytes {
    var bytes = ExactBytes()
    bytes.add(value)
    return bytes
  }

  /// For the message of a failed test.
  var shown: String {
    leaves.map { String(decoding: $0.prefix(40), as: UTF8.self) }.joined(separator: "|")
  }

  public static func < (left: ExactBytes, right: ExactBytes) -> Bool {
    left.leaves.lexicographicallyPrecedes(right.leaves) { $0.lexicographicallyPrecedes($1) }
  }

  private mutating func add(_ value: Any) {
    if let text = value as? String {
      leaves.append(Array(text.utf8))
    } else if let bytes = value as? [UInt8] {
      leaves.append(bytes)
    } else {
      let mirror = Mirror(reflecting: value)
      if mirror.children.isEmpty { leaves.append(Array("\(value)".utf8)) }
      for child in mirror.children {
        leaves.append(Array("\(child.label ?? ""):".utf8))
        add(child.value)
      }
    }
  }
}
