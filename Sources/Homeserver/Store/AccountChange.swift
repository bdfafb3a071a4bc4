public import MatrixWire
public import Ports

/// One row of accounts to store: who may log in, their sessions, and what their clients keep here.
public enum AccountChange: Hashable, Sendable {
  case account(AccountRecord)
  /// A device, new or renamed.
  case device(DeviceRecord)
  /// A device is gone, and its tokens, its activity and what its requests did with it.
  case removeDevice(UserID, DeviceID)
  case token(TokenRecord)
  case removeToken(TokenDigest)
  /// A profile field; without a value it is gone.
  case profileField(ProfileFieldRecord)
  case accountData(AccountDataRecord)
  case filter(FilterRecord)
}
