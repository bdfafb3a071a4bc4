public import Homeserver
public import MatrixWire
public import Ports
public import PresenceCore
public import PresenceFederation

/// Changes by their rows: tests of the store mix domains.
extension StoreChange {
  public static func account(_ record: AccountRecord) -> Self { .accounts(.account(record)) }

  public static func device(_ record: DeviceRecord) -> Self { .accounts(.device(record)) }

  public static func removeDevice(_ user: UserID, _ id: DeviceID) -> Self {
    .accounts(.removeDevice(user, id))
  }

  public static func token(_ record: TokenRecord) -> Self { .accounts(.token(record)) }

  public static func removeToken(_ digest: TokenDigest) -> Self { .accounts(.removeToken(digest)) }

  public static func profileField(_ record: ProfileFieldRecord) -> Self { .accounts(.profileField(record)) }

  public static func accountData(_ record: AccountDataRecord) -> Self { .accounts(.accountData(record)) }

  public static func filter(_ record: FilterRecord) -> Self { .accounts(.filter(record)) }

  public static func presence(_ record: PresenceRecord) -> Self { .presence(.presence(record)) }

  public static func relationship(_ record: RelationshipRecord) -> Self { .presence(.relationship(record)) }

  public static func lastActive(_ user: UserID, _ time: WallTime) -> Self {
    .presence(.lastActive(user, time))
  }

  public static func deviceActivity(_ record: DeviceActivityRecord) -> Self {
    .presence(.deviceActivity(record))
  }

  public static func peer(_ record: PeerRecord) -> Self { .peers(.peer(record)) }

  public static func forgetPeer(_ name: ServerName) -> Self { .peers(.forgetPeer(name)) }

  public static func unsent(_ message: ListEDU) -> Self { .peers(.unsent(message)) }

  public static func delivered(_ message: ListEDU) -> Self { .peers(.delivered(message)) }

  public static func epoch(_ number: Int64) -> Self { .peers(.epoch(number)) }
}
