public import Homeserver
public import MatrixWire
public import PresenceCore
public import PresenceFederation

/// Rows without their domain.
extension StoredServer {
  public var accounts: [AccountRecord] {
    get { accountRows.accounts }
    set { accountRows.accounts = newValue }
  }

  public var presence: [PresenceRecord] {
    get { presenceRows.presence }
    set { presenceRows.presence = newValue }
  }

  public var devices: [DeviceRecord] { accountRows.devices }
  public var tokens: [TokenRecord] { accountRows.tokens }
  public var profileFields: [ProfileFieldRecord] { accountRows.profileFields }
  public var accountData: [AccountDataRecord] { accountRows.accountData }
  public var filters: [FilterRecord] { accountRows.filters }
  public var deviceActivity: [DeviceActivityRecord] { presenceRows.deviceActivity }
  public var relationships: [RelationshipRecord] { presenceRows.relationships }
  public var peers: [PeerRecord] { peerRows.peers }
  public var unsent: [ListEDU] { peerRows.unsent }
  public var epoch: Int64 { peerRows.epoch }
}
