public import Homeserver
internal import MatrixWire
internal import PorchlightSDK
public import Ports
internal import PresenceCore

extension DemoWorld {
  /// What the homeserver's store holds when the world begins: everyone's account and session, what they chose and where
  /// their devices are, the list of the person at the keyboard, and two rooms.
  ///
  /// - Parameters:
  ///   - secrets: what the homeserver keeps tokens with.
  ///   - now: when the world begins.
  /// - Returns: the rows, in an order in which they can be committed.
  public func opening(secrets: any SecretHasher, at now: WallTime) -> [StoreChange] {
    var rows = account(user, secrets: secrets, at: now)
    rows.append(.presence(.presence(PresenceRecord(user: user.userID, lastActive: now))))
    for member in members {
      rows += account(member.credentials, named: member.persona.displayName, secrets: secrets, at: now)
      rows += presence(of: member, at: now).map(StoreChange.presence)
    }
    let rooms = DemoRooms(of: user.userID, members, on: server, hasher: secrets, at: now)
    return rows + relationships(at: now) + rooms.rows.map(StoreChange.rooms)
  }

  private func account(
    _ credentials: Credentials, named name: String? = nil, secrets: any SecretHasher, at now: WallTime
  ) -> [StoreChange] {
    guard let device = credentials.deviceID, let token = credentials.accessToken else { return [] }
    let user = credentials.userID
    let rows: [AccountChange] = [
      .account(AccountRecord(user: user, createdAt: now, profile: Profile(displayName: name))),
      .device(DeviceRecord(user: user, id: device, displayName: "porchlight demo")),
      .token(TokenRecord(digest: secrets.digest(of: token), user: user, device: device)),
    ]
    return rows.map(StoreChange.accounts)
  }

  private func presence(of member: Member, at now: WallTime) -> [PresenceChange] {
    let (user, opening) = (member.credentials.userID, member.opening)
    let status = PresenceRecord(
      user: user, choice: opening.choice, statusMessage: opening.text.isEmpty ? nil : opening.text,
      lastActive: now)
    guard opening.isConnected, let device = member.credentials.deviceID else { return [.presence(status)] }
    let idleSince = opening.idleFor.map {
      WallTime(milliseconds: now.milliseconds - Int64($0.wholeMilliseconds))
    }
    return [
      .presence(status),
      .deviceActivity(
        DeviceActivityRecord(
          user: user, device: device, type: idleSince == nil ? nil : member.persona.deviceType,
          reports: idleSince != nil, idleSince: idleSince, isConnected: true)),
    ]
  }

  /// Those who consented are on the list, those elsewhere are waited for, and those who ask wait.
  private func relationships(at now: WallTime) -> [StoreChange] {
    let user = user.userID
    var order: UInt64 = 0
    func entry(_ state: ListState) -> PresenceLists.Entry {
      order += 1
      return PresenceLists.Entry(
        state: state, order: order, invitedAt: now, acceptedAt: state == .accepted ? now : nil)
    }
    let near = members.compactMap { member -> RelationshipRecord? in
      let other = member.credentials.userID
      return switch member.persona.acquaintance {
      case .listed:
        RelationshipRecord(
          owner: user, observed: other, relationship: .init(entry: entry(.accepted), isAllowed: true))
      case .asking:
        RelationshipRecord(
          owner: other, observed: user, relationship: .init(entry: entry(.pending), askedAt: now))
      case .willAsk, .friendly, .shy, .roomMate: nil
      }
    }
    let far = Self.farPeople.compactMap { UserID("@\($0):\(Self.farServer)") }.map {
      RelationshipRecord(owner: user, observed: $0, relationship: .init(entry: entry(.pending)))
    }
    return (near + far).map { .presence(.relationship($0)) }
  }
}
