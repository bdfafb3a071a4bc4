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

  /// The oldest of the key's device, as many as it has more than `most` with one more: commands in several rooms may have
  /// been decided at once.
  func surplus(with key: TransactionKey, most: Int) -> [TransactionKey] {
    guard var log = order[Device(user: key.user, device: key.device)], log.count >= most else { return [] }
    if log.count == most { return log.first.map { [$0.key] } ?? [] }
    var surplus: [TransactionKey] = []
    while log.count >= most, let first = log.first {
      surplus.append(first.key)
      log.remove(first.key)
    }
    return surplus
  }

  /// Takes a record with a higher number than all before.
  mutating func add(_ record: TransactionRecord) {
    events[record.key] = record.event
    order[Device(user: record.key.user, device: record.key.device), default: LinkedDictionary()]
      .append(record.key, record.number)
    lastNumber = max(lastNumber, record.number)
  }

  /// Takes away everything of a device.
  mutating func removeAll(of user: UserID, _ device: DeviceID) {
    guard var log = order.removeValue(forKey: Device(user: user, device: device)) else { return }
    while let first = log.first {
      events[first.key] = nil
      log.remove(first.key)
    }
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
