internal import MatrixWire
internal import Ports

/// A number for all that happened in a world, the same on every machine: two runs of a seed agree in it.
struct LogHash {
  private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

  mutating func add(_ number: Int64) {
    value = (value ^ UInt64(bitPattern: number)) &* 0x0000_0100_0000_01B3
    value ^= value >> 29
  }

  mutating func add(_ number: Int) { add(Int64(number)) }

  mutating func add(_ text: String) {
    for byte in text.utf8 { value = (value ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    add(text.utf8.count)
  }

  mutating func add(_ transaction: Transaction) {
    add(transaction.id)
    for edu in transaction.edus {
      switch edu {
      case .presence(let presence): add(presence)
      case .list(let message):
        add(message.observer.rawValue)
        add(message.observed.rawValue)
        add(message.inviteID ?? -1)
      case .other(let type): add(type)
      }
    }
  }

  mutating func add(_ presence: PresenceEDU) {
    for push in presence.push {
      add(push.userID.rawValue)
      add(push.content.state.wire)
      add(push.content.statusMessage ?? "")
      add(push.content.lastActiveAgo ?? -1)
      add(push.sequence ?? -1)
    }
    for users in [presence.poll, presence.unpoll, presence.queries, presence.refused] {
      for user in users { add(user.rawValue) }
      add(users.count)
    }
  }
}
