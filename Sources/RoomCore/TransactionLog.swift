public import MatrixWire
internal import Ports

/// What requests with a transaction ID did, the newest of each device.
public struct TransactionLog: Sendable {
  private struct Device: Hashable {
    let user: UserID
    let device: DeviceID
  }

  private var events: [TransactionKey: EventID] = [:]
  private var order: [Device: LinkedDictionary<TransactionKey, UInt64>] = [:]
  private(set) var lastNumber: UInt64 = 0

  public init() {}

  /// The event that a request made before.
  public func event(of key: TransactionKey) -> EventID? { events[key] }

  /// The oldest of the key's device, where it has more than `most` with one more.
  func surplus(with key: TransactionKey, most: Int) -> TransactionKey? {
    guard let log = order[Device(user: key.user, device: key.device)], log.count >= most else { return nil }
    return log.first?.key
  }

  /// Everything of a device.
  func all(of user: UserID, _ device: DeviceID) -> [TransactionKey] {
    guard var log = order[Device(user: user, device: device)] else { return [] }
    var keys: [TransactionKey] = []
    while let first = log.first {
      keys.append(first.key)
      log.remove(first.key)
    }
    return keys
  }

  /// Takes a record with a higher number than all before.
  mutating func add(_ record: TransactionRecord) {
    events[record.key] = record.event
    order[Device(user: record.key.user, device: record.key.device), default: LinkedDictionary()]
      .append(record.key, record.number)
    lastNumber = max(lastNumber, record.number)
  }

  mutating func remove(_ key: TransactionKey) {
    events[key] = nil
    let device = Device(user: key.user, device: key.device)
    order[device]?.remove(key)
    if order[device]?.isEmpty ?? false { order[device] = nil }
  }
}

extension TransactionLog: Equatable {
  public static func == (left: Self, right: Self) -> Bool { left.events == right.events }
}
