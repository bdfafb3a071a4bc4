internal import MatrixWire
internal import Ports

/// The rows of accounts in memory, by their keys.
struct MemoryAccounts: Sendable {
  private struct FilterKey: Hashable, Sendable {
    let user: UserID
    let id: UInt64
  }

  private struct DataKey: Hashable, Sendable {
    let user: UserID
    /// Bytes: Swift's own `==` holds canonically equivalent texts for one.
    let type: [UInt8]
  }

  private var accounts: [UserID: AccountRecord] = [:]
  private var devices: [Device: DeviceRecord] = [:]
  private var tokens: [TokenDigest: TokenRecord] = [:]
  private var tokensOf: [Device: Set<TokenDigest>] = [:]
  private var profileFields: [DataKey: ProfileFieldRecord] = [:]
  private var accountData: [DataKey: AccountDataRecord] = [:]
  private var filters: [FilterKey: FilterRecord] = [:]

  func has(_ device: Device) -> Bool { devices[device] != nil }

  /// Whether every token finds its device when it comes to it.
  func accepts(_ changes: [StoreChange]) -> Bool {
    var changed: [Device: Bool] = [:]
    for case .accounts(let change) in changes {
      switch change {
      case .device(let record): changed[Device(user: record.user, id: record.id)] = true
      case .removeDevice(let user, let id): changed[Device(user: user, id: id)] = false
      case .token(let record):
        let device = Device(user: record.user, id: record.device)
        guard changed[device] ?? has(device) else { return false }
      default: break
      }
    }
    return true
  }

  mutating func apply(_ change: AccountChange) {
    switch change {
    case .account(let record): accounts[record.user] = record
    case .device(let record): devices[Device(user: record.user, id: record.id)] = record
    case .removeDevice(let user, let id):
      let device = Device(user: user, id: id)
      devices[device] = nil
      for digest in tokensOf.removeValue(forKey: device) ?? [] { tokens[digest] = nil }
    case .token(let record):
      removeToken(record.digest)
      tokens[record.digest] = record
      tokensOf[Device(user: record.user, id: record.device), default: []].insert(record.digest)
    case .removeToken(let digest): removeToken(digest)
    case .profileField(let record):
      profileFields[DataKey(user: record.user, type: Array(record.name.utf8))] =
        record.value == nil ? nil : record
    case .accountData(let record):
      accountData[DataKey(user: record.user, type: Array(record.type.utf8))] = record
    case .filter(let record): filters[FilterKey(user: record.user, id: record.id)] = record
    }
  }

  private mutating func removeToken(_ digest: TokenDigest) {
    guard let record = tokens.removeValue(forKey: digest) else { return }
    tokensOf[Device(user: record.user, id: record.device)]?.remove(digest)
  }

  var rows: AccountRows {
    var rows = AccountRows()
    rows.accounts = Array(accounts.values)
    rows.devices = Array(devices.values)
    rows.tokens = Array(tokens.values)
    rows.profileFields = Array(profileFields.values)
    rows.accountData = Array(accountData.values)
    rows.filters = Array(filters.values)
    return rows
  }
}
