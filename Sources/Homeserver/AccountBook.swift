internal import MatrixWire
internal import Ports

/// One logged-in device of one person.
struct Device: Hashable, Sendable {
  let user: UserID
  let id: DeviceID
}

/// Accounts, sessions and what people keep with them, as a value. It changes by the same changes the store is
/// given, once they are durable; whatever a change needs to know is asked before.
struct AccountBook: Sendable {
  struct Account: Sendable {
    var record: AccountRecord
    var devices: [DeviceID: LoggedIn] = [:]
    /// JSON values by the names of their fields, which are ASCII.
    var profileFields: [String: [UInt8]] = [:]
    /// By the bytes of its type: Swift's own `==` holds canonically equivalent texts for one, and stores do not.
    var data: [[UInt8]: [UInt8]] = [:]
    var filters: [UInt64: StoredFilter] = [:]
  }

  struct LoggedIn: Sendable {
    /// Which of all devices that came in this life of the server: one that logs out and in again is another.
    let number: UInt64
    var displayName: String?
    var tokens: Set<TokenDigest> = []
    /// Which of all uses of devices in this life of the server was its last; 0 where there was none.
    var lastUse: UInt64 = 0
  }

  struct StoredFilter: Sendable {
    let definition: [UInt8]
    let filter: SyncFilter
  }

  private(set) var accounts: [UserID: Account] = [:]
  private(set) var tokens: [TokenDigest: TokenRecord] = [:]
  /// Devices that hold tokens of more than one generation.
  private(set) var renewed: Set<Device> = []
  private var uses: UInt64 = 0
  private var comings: UInt64 = 0

  init(_ stored: AccountRows) {
    for record in stored.accounts { apply(.account(record)) }
    for record in stored.devices { apply(.device(record)) }
    for record in stored.tokens { apply(.token(record)) }
    for record in stored.profileFields { apply(.profileField(record)) }
    for record in stored.accountData { apply(.accountData(record)) }
    for record in stored.filters { apply(.filter(record)) }
  }

  /// Rows of users who are not known are passed over.
  mutating func apply(_ change: AccountChange) {
    switch change {
    case .account(let record):
      if accounts[record.user]?.record == nil {
        accounts[record.user] = Account(record: record)
      } else {
        accounts[record.user]?.record = record
      }
    case .device(let record):
      if accounts[record.user]?.devices[record.id] == nil {
        comings += 1
        accounts[record.user]?.devices[record.id] = LoggedIn(number: comings)
      }
      accounts[record.user]?.devices[record.id]?.displayName = record.displayName
    case .removeDevice(let user, let id):
      for digest in accounts[user]?.devices[id]?.tokens ?? [] { tokens[digest] = nil }
      accounts[user]?.devices[id] = nil
      renewed.remove(Device(user: user, id: id))
    case .token(var record):
      guard let place = accounts.index(forKey: record.user),
        accounts[place].value.devices[record.device] != nil
      else { return }
      // The ID of the account, however the client that logged in wrote it: one that was read anew from its text is
      // compared byte by byte.
      record.user = accounts[place].key
      accounts[record.user]?.devices[record.device]?.tokens.insert(record.digest)
      tokens[record.digest] = record
      countGenerations(of: Device(user: record.user, id: record.device))
    case .removeToken(let digest):
      guard let record = tokens.removeValue(forKey: digest) else { return }
      accounts[record.user]?.devices[record.device]?.tokens.remove(digest)
      countGenerations(of: Device(user: record.user, id: record.device))
    case .profileField(let record): accounts[record.user]?.profileFields[record.name] = record.value
    case .accountData(let record): accounts[record.user]?.data[Array(record.type.utf8)] = record.content
    case .filter(let record):
      accounts[record.user]?.filters[record.id] = StoredFilter(
        definition: record.definition, filter: SyncFilter(accepted: record.definition))
    }
  }

  private mutating func countGenerations(of device: Device) {
    let generations = Set(tokens(of: device).map(\.generation))
    if generations.count > 1 { renewed.insert(device) } else { renewed.remove(device) }
  }

  mutating func noteUse(of device: Device) {
    uses += 1
    let number = uses
    accounts.change(device.user) { account in account.devices.change(device.id) { $0.lastUse = number } }
  }

  /// The devices of a person that were not used for longest, as many as have to go so that there is room for one more:
  /// first those that were not used since the server started.
  func unused(of user: UserID, beyond most: Int) -> [DeviceID] {
    let devices = accounts[user]?.devices ?? [:]
    guard devices.count >= most else { return [] }
    func age(_ device: (key: DeviceID, value: LoggedIn)) -> (UInt64, String) {
      (device.value.lastUse, device.key.rawValue)
    }
    return devices.sorted { age($0) < age($1) }.prefix(devices.count - most + 1).map(\.key)
  }

  /// What a device may prove itself with.
  func tokens(of device: Device) -> [TokenRecord] {
    (accounts[device.user]?.devices[device.id]?.tokens ?? []).compactMap { tokens[$0] }
  }
}
