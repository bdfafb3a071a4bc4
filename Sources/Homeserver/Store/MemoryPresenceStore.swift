public import MatrixWire
internal import Ports
internal import PresenceCore
internal import PresenceFederation
internal import Synchronization

/// A store without a disk: what it holds lasts as long as the process does.
///
/// It does keep what it is given, so that a server started on it again finds everything, as on a disk.
public final class MemoryPresenceStore: PresenceStore {
  private struct State: Sendable {
    var server: ServerName?
    var starts: UInt64 = 0
    var contents = StoreContents()
  }

  private let state = Mutex(State())

  /// - Parameter lives: how many starts to go on counting from. Where positions may come from another process that
  ///   had such a store, a random number, so that they are not taken for positions of this one.
  public init(lives: UInt64 = 0) { state.withLock { $0.starts = lives } }

  public func load(for server: ServerName) async throws(StoreError) -> StoredServer {
    let stored: StoredServer? = state.withLock { state in
      guard state.server ?? server == server else { return nil }
      state.server = server
      state.starts += 1
      return state.contents.snapshot(starts: state.starts)
    }
    guard let stored else {
      throw StoreError(.foreign, "This store belongs to another server than \(server).")
    }
    return stored
  }

  public func commit(_ changes: [StoreChange]) async throws(StoreError) {
    let failure = state.withLock { state -> StoreError? in
      guard state.contents.accepts(changes) else {
        return StoreError(.failed, "A token was to be stored of a device that is not there.")
      }
      for change in changes { state.contents.apply(change) }
      return nil
    }
    if let failure { throw failure }
  }

  public func close() async {}
}

/// The rows of a store, by their keys.
private struct StoreContents: Sendable {
  private struct FilterKey: Hashable, Sendable {
    let user: UserID
    let id: UInt64
  }

  private struct DataKey: Hashable, Sendable {
    let user: UserID
    /// Bytes: Swift's own `==` holds canonically equivalent texts for one.
    let type: [UInt8]
  }

  private struct Pair: Hashable, Sendable {
    let owner: UserID
    let observed: UserID
  }

  private var accounts: [UserID: AccountRecord] = [:]
  private var presence: [UserID: PresenceRecord] = [:]
  private var devices: [Device: DeviceRecord] = [:]
  private var deviceActivity: [Device: DeviceActivityRecord] = [:]
  private var tokens: [TokenDigest: TokenRecord] = [:]
  private var tokensOf: [Device: Set<TokenDigest>] = [:]
  private var relationships: [Pair: RelationshipRecord] = [:]
  private var profileFields: [DataKey: ProfileFieldRecord] = [:]
  private var accountData: [DataKey: AccountDataRecord] = [:]
  private var filters: [FilterKey: FilterRecord] = [:]
  private var peers: [ServerName: PeerRecord] = [:]
  private var unsent: [Pair: ListEDU] = [:]
  private var epoch: Int64 = 0

  /// Whether every token finds its device when it comes to it.
  func accepts(_ changes: [StoreChange]) -> Bool {
    var changed: [Device: Bool] = [:]
    for change in changes {
      switch change {
      case .device(let record): changed[Device(user: record.user, id: record.id)] = true
      case .removeDevice(let user, let id): changed[Device(user: user, id: id)] = false
      case .token(let record):
        let device = Device(user: record.user, id: record.device)
        guard changed[device] ?? (devices[device] != nil) else { return false }
      default: break
      }
    }
    return true
  }

  mutating func apply(_ change: StoreChange) {
    switch change {
    case .account(let record): accounts[record.user] = record
    case .presence(let record): presence[record.user] = record
    case .device(let record): devices[Device(user: record.user, id: record.id)] = record
    case .removeDevice(let user, let id):
      let device = Device(user: user, id: id)
      devices[device] = nil
      deviceActivity[device] = nil
      for digest in tokensOf.removeValue(forKey: device) ?? [] { tokens[digest] = nil }
    case .token(let record):
      removeToken(record.digest)
      tokens[record.digest] = record
      tokensOf[Device(user: record.user, id: record.device), default: []].insert(record.digest)
    case .removeToken(let digest): removeToken(digest)
    case .relationship(let record):
      let pair = Pair(owner: record.owner, observed: record.observed)
      relationships[pair] = record.relationship.isNothing ? nil : record
    case .profileField(let record):
      profileFields[DataKey(user: record.user, type: Array(record.name.utf8))] =
        record.value == nil ? nil : record
    case .accountData(let record):
      accountData[DataKey(user: record.user, type: Array(record.type.utf8))] = record
    case .filter(let record): filters[FilterKey(user: record.user, id: record.id)] = record
    case .peer(let record): peers[record.name] = record
    case .forgetPeer(let name): peers[name] = nil
    case .unsent(let message):
      unsent[Pair(owner: message.observer, observed: message.observed)] = message
    case .delivered(let message):
      let pair = Pair(owner: message.observer, observed: message.observed)
      if unsent[pair] == message { unsent[pair] = nil }
    case .epoch(let number): epoch = number
    case .lastActive(let user, let time): presence[user]?.lastActive = time
    case .deviceActivity(let record):
      let device = Device(user: record.user, id: record.device)
      if devices[device] != nil { deviceActivity[device] = record }
    }
  }

  private mutating func removeToken(_ digest: TokenDigest) {
    guard let record = tokens.removeValue(forKey: digest) else { return }
    tokensOf[Device(user: record.user, id: record.device)]?.remove(digest)
  }

  func snapshot(starts: UInt64) -> StoredServer {
    var stored = StoredServer()
    stored.starts = starts
    stored.accounts = Array(accounts.values)
    stored.presence = Array(presence.values)
    stored.devices = Array(devices.values)
    stored.deviceActivity = Array(deviceActivity.values)
    stored.tokens = Array(tokens.values)
    stored.relationships = Array(relationships.values)
    stored.profileFields = Array(profileFields.values)
    stored.accountData = Array(accountData.values)
    stored.filters = Array(filters.values)
    stored.peers = Array(peers.values)
    stored.unsent = Array(unsent.values)
    stored.epoch = epoch
    return stored
  }
}
