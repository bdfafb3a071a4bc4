import MatrixWire
import PorchlightTestSupport
import Ports
import PresenceCore
import RoomCore

@testable import Homeserver

/// Streams of users who are in no rooms.
extension StreamIndex {
  @discardableResult
  mutating func look(_ viewer: UserID, waits: Bool) -> Bool { look(viewer, waits: waits, MembershipIndex()) }

  mutating func notifyFollowers() -> Changes { notifyFollowers(MembershipIndex()) }

  mutating func receiveChanges(for viewer: UserID) -> Changes {
    receiveChanges(for: viewer, MembershipIndex())
  }
}

extension RoomHost {
  /// A server without rooms.
  static func none(on server: ServerName) -> RoomHost {
    RoomHost(RoomRules(server: server, hasher: TestSecrets()))
  }
}

extension PositionSeal {
  static var forTests: PositionSeal {
    PositionSeal { TestSecrets().authenticationCode(of: $0, key: [1]) }
  }
}

extension SyncService {
  init(hub: SyncHub, accounts: AccountRegistry, batching: Duration, life: UInt64) {
    self.init(hub: hub, accounts: accounts, batching: batching, life: life, seal: .forTests)
  }

  func position(of viewer: UserID) -> StreamPosition { position(of: viewer, rooms: nil) }

  func position(of poll: Poll) throws -> StreamPosition? {
    try position(of: poll, .none(on: poll.device.user.server)).position
  }

  mutating func wake() -> Bool { wake(MembershipIndex()) }

  mutating func answer(
    _ polls: [OpenPoll], _ rules: PresenceRules, _ now: Moment
  ) -> (answered: [OpenPoll], unread: [OpenPoll]) {
    answer(polls, rules, .none(on: rules.server), now)
  }
}
