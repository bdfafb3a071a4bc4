internal import MatrixWire

/// A person's own account data as their streams tell it.
struct AccountDataSource: StreamSource {
  let viewer: UserID
  /// When each type last changed in this life, by the bytes of its name.
  private let versions: [[UInt8]: UInt64]
  private let accounts: AccountRegistry

  init(_ index: StreamIndex, _ accounts: AccountRegistry, viewer: UserID) {
    self.viewer = viewer
    self.accounts = accounts
    versions = index.accountDataVersions(of: viewer)
  }

  /// The types that a filter lets pass, by their bytes, those that changed last at the end. Where it sets a limit, they
  /// are the ones that changed last. One that names other people as senders lets nothing pass: whose data it is sent it.
  func changes(since: StreamPosition?, _ filter: SyncFilter) -> [[UInt8]] {
    let filter = filter.accountData
    // Few users have any, and it seldom changes.
    if let since, !versions.values.contains(where: { $0 > since.version }) { return [] }
    guard filter.limit != 0, filter.allows(sender: viewer) else { return [] }
    let types =
      if let since {
        versions.filter { $0.value > since.version }.map(\.key)
      } else {
        Array(accounts.accountData(of: viewer).keys)
      }
    let passing = types.filter(filter.allows(type:)).map { (version: versions[$0] ?? 0, type: $0) }
      .sorted {
        $0.version == $1.version ? $0.type.lexicographicallyPrecedes($1.type) : $0.version < $1.version
      }
    return passing.suffix(filter.limit ?? passing.count).map(\.type)
  }

  /// An event as every form of the stream has it: a type and a content, and nothing else.
  func event(_ type: [UInt8]) -> [UInt8]? {
    accounts.accountData(type, of: viewer).map { StreamBytes.accountData(type: type, content: $0) }
  }
}
