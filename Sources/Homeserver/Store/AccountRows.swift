/// Everything a store holds of accounts.
public struct AccountRows: Hashable, Sendable {
  public var accounts: [AccountRecord] = []
  public var devices: [DeviceRecord] = []
  public var tokens: [TokenRecord] = []
  public var profileFields: [ProfileFieldRecord] = []
  public var accountData: [AccountDataRecord] = []
  public var filters: [FilterRecord] = []

  public init() {}
}
