public import MatrixWire
public import Ports

/// A person with an account.
public struct AccountRecord: Hashable, Sendable {
  public var user: UserID
  /// As `SecretHasher` made it; nil for accounts that only log in without one.
  public var passwordHash: String?
  public var createdAt: WallTime
  public var profile: Profile

  public init(user: UserID, passwordHash: String? = nil, createdAt: WallTime, profile: Profile = Profile()) {
    self.user = user
    self.passwordHash = passwordHash
    self.createdAt = createdAt
    self.profile = profile
  }
}

/// A logged-in device.
public struct DeviceRecord: Hashable, Sendable {
  public var user: UserID
  public var id: DeviceID
  /// The name its owner gave it; never shown to others.
  public var displayName: String?

  public init(user: UserID, id: DeviceID, displayName: String? = nil) {
    self.user = user
    self.id = id
    self.displayName = displayName
  }
}

/// A token of a device, as its digest.
public struct TokenRecord: Hashable, Sendable {
  public enum Kind: String, Hashable, Sendable {
    case access
    case refresh
  }

  public var digest: TokenDigest
  public var user: UserID
  public var device: DeviceID
  public var kind: Kind
  /// Nil for a token that does not expire.
  public var expiresAt: WallTime?
  /// Counts the pairs a device was given: the first use of a newer one ends the older ones.
  public var generation: UInt64

  public init(
    digest: TokenDigest, user: UserID, device: DeviceID, kind: Kind = .access, expiresAt: WallTime? = nil,
    generation: UInt64 = 0
  ) {
    self.digest = digest
    self.user = user
    self.device = device
    self.kind = kind
    self.expiresAt = expiresAt
    self.generation = generation
  }
}

/// A profile field beside name and picture, `/profile/{userId}/{keyName}`.
public struct ProfileFieldRecord: Hashable, Sendable {
  public var user: UserID
  public var name: String
  /// A JSON value; nil where the field is gone.
  public var value: [UInt8]?

  public init(user: UserID, name: String, value: [UInt8]?) {
    self.user = user
    self.name = name
    self.value = value
  }
}

/// Private data of a person's clients, `/user/{userId}/account_data/{type}`.
public struct AccountDataRecord: Hashable, Sendable {
  public var user: UserID
  public var type: String
  /// The JSON object as it was sent.
  public var content: [UInt8]

  public init(user: UserID, type: String, content: [UInt8]) {
    self.user = user
    self.type = type
    self.content = content
  }
}

/// A filter a person stored, `/user/{userId}/filter/{filterId}`.
public struct FilterRecord: Hashable, Sendable {
  public var user: UserID
  /// Counts a person's filters from 1.
  public var id: UInt64
  /// The JSON object as it was sent.
  public var definition: [UInt8]

  public init(user: UserID, id: UInt64, definition: [UInt8]) {
    self.user = user
    self.id = id
    self.definition = definition
  }
}
