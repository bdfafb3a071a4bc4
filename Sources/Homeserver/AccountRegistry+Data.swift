internal import MatrixWire

/// What clients keep with an account: private data and filters.
extension AccountRegistry {
  /// How much one person may keep here.
  enum Quota {
    /// Sessions. A login beyond that is not refused, or a user who lost their tokens could never log in again: the session
    /// ends that was not used for longest.
    static let sessions = 100
    /// Bytes of account data, types included.
    static let data = 1 << 20
    /// Kinds of account data, and the bytes of their names together: a poll's filter is held against each of them.
    static let dataTypes = 1_000
    static let dataTypeBytes = 1 << 16
    /// Bytes of filters.
    static let filters = 1 << 20
    static let filterCount = 1_000
  }

  /// The content of a type, which is given by its bytes.
  func accountData(_ type: [UInt8], of user: UserID) -> [UInt8]? { read { $0.accounts[user]?.data[type] } }

  /// All of a person's account data, by the bytes of its type.
  func accountData(of user: UserID) -> [[UInt8]: [UInt8]] { read { $0.accounts[user]?.data ?? [:] } }

  /// What has to be stored; nothing where it is so already.
  ///
  /// - Throws: `M_TOO_LARGE` where a person would keep too much.
  func setAccountData(
    _ type: String, of user: UserID, to content: JSONObject
  ) throws(MatrixError) -> [AccountChange] {
    var data = accountData(of: user)
    let key = Array(type.utf8)
    guard data[key] != content.bytes else { return [] }
    let isNew = data.updateValue(content.bytes, forKey: key) == nil
    let total = data.reduce(0) { $0 + $1.key.count + $1.value.count }
    guard total <= Quota.data, data.count <= Quota.dataTypes else {
      throw MatrixError(
        .tooLarge,
        "An account may keep \(Quota.data) bytes of \(Quota.dataTypes) types; this would be more.")
    }
    // What is there already can still be changed.
    guard !isNew || data.keys.reduce(0, { $0 + $1.count }) <= Quota.dataTypeBytes else {
      throw MatrixError(
        .tooLarge,
        "The types of an account's data may have names of \(Quota.dataTypeBytes) bytes together; this would be more."
      )
    }
    return [.accountData(AccountDataRecord(user: user, type: type, content: content.bytes))]
  }

  /// A stored filter as the event stream uses it, or nil for an ID this person was never given.
  func filter(id: String, for user: UserID) -> SyncFilter? {
    Self.number(id).flatMap { id in read { $0.accounts[user]?.filters[id]?.filter } }
  }

  /// A stored filter as its owner sent it.
  func filterDefinition(id: String, of user: UserID) -> [UInt8]? {
    Self.number(id).flatMap { id in read { $0.accounts[user]?.filters[id]?.definition } }
  }

  /// The ID of a filter and what has to be stored for it; the same filter keeps its ID.
  ///
  /// - Throws: as `SyncFilter(parsing:)`, and `M_TOO_LARGE` where a person would keep too many.
  func addFilter(_ definition: [UInt8], of user: UserID) throws(MatrixError) -> (id: UInt64, [AccountChange])
  {
    _ = try SyncFilter(parsing: definition)
    let filters = read { $0.accounts[user]?.filters ?? [:] }
    if let known = filters.first(where: { $0.value.definition == definition }) { return (known.key, []) }
    let total = filters.values.reduce(definition.count) { $0 + $1.definition.count }
    guard filters.count < Quota.filterCount, total <= Quota.filters else {
      throw MatrixError(
        .tooLarge,
        "An account may keep \(Quota.filterCount) filters of \(Quota.filters) bytes together.")
    }
    let id = (filters.keys.max() ?? 0) + 1
    return (id, [.filter(FilterRecord(user: user, id: id, definition: definition))])
  }

  /// As it was written out: `01` is no ID of ours.
  private static func number(_ text: String) -> UInt64? {
    UInt64(text).flatMap { String($0) == text ? $0 : nil }
  }
}
