/// One of a person's own devices, as only they see it: `GET /devices/{deviceId}`.
///
/// When and from where it was last seen is not kept; the keys are there all the same, because strict clients
/// refuse the whole answer without them.
public struct DeviceDescription: Hashable, Sendable, Codable {
  public var id: DeviceID
  public var displayName: String?

  public init(id: DeviceID, displayName: String?) {
    self.id = id
    self.displayName = displayName
  }

  enum CodingKeys: String, CodingKey {
    case id = "device_id"
    case displayName = "display_name"
    case lastSeenAddress = "last_seen_ip"
    case lastSeen = "last_seen_ts"
  }

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    id = try fields.decode(DeviceID.self, forKey: .id)
    displayName = try fields.decodeIfPresent(String.self, forKey: .displayName)
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: CodingKeys.self)
    try fields.encode(id, forKey: .id)
    try fields.encode(displayName, forKey: .displayName)
    try fields.encodeNil(forKey: .lastSeenAddress)
    try fields.encodeNil(forKey: .lastSeen)
  }
}

/// The answer to `GET /devices`.
public struct DevicesAnswer: Hashable, Sendable, Codable {
  public var devices: [DeviceDescription]

  public init(devices: [DeviceDescription]) { self.devices = devices }
}

/// The body of `PUT /devices/{deviceId}`; nil leaves the name as it is.
public struct DeviceChange: Hashable, Sendable, Codable {
  public var displayName: String?

  public init(displayName: String?) { self.displayName = displayName }

  enum CodingKeys: String, CodingKey {
    case displayName = "display_name"
  }
}

/// The body of `DELETE /devices/{deviceId}`, which may be missing at first.
public struct DeviceRemoval: Hashable, Sendable, Codable {
  public var auth: Authentication?

  public init(auth: Authentication? = nil) { self.auth = auth }
}

/// The answer to `GET /capabilities`: what can be done here, of what a client may ask about.
public struct CapabilitiesAnswer: Hashable, Sendable, Codable {
  public struct Capability: Hashable, Sendable, Codable {
    public var enabled: Bool

    public init(enabled: Bool) { self.enabled = enabled }
  }

  /// Which versions of rooms a server makes.
  public struct RoomVersions: Hashable, Sendable, Codable {
    /// That of a room whose creator names none.
    public var standard: String
    /// `stable` or `unstable`, by version.
    public var available: [String: String]

    public init(standard: String, available: [String: String]) {
      self.standard = standard
      self.available = available
    }

    enum CodingKeys: String, CodingKey {
      case standard = "default"
      case available
    }
  }

  public var capabilities: [String: Capability]
  public var roomVersions: RoomVersions?
  /// In which rooms members see each other's presence; nil where the server does not say.
  public var presenceSharing: PresenceSharingRule?

  public init(
    _ capabilities: [String: Bool], roomVersions: RoomVersions? = nil,
    presenceSharing: PresenceSharingRule? = nil
  ) {
    self.capabilities = capabilities.mapValues(Capability.init)
    self.roomVersions = roomVersions
    self.presenceSharing = presenceSharing
  }

  private static let roomVersionsKey: WireKey = "m.room_versions"
  private static let presenceSharingKey = WireKey.unstable("presence_sharing")

  /// What has another form than others is left out.
  public init(from decoder: any Decoder) throws {
    let all = try decoder.container(keyedBy: WireKey.self)
      .nestedContainer(keyedBy: WireKey.self, forKey: "capabilities")
    capabilities = [:]
    for key in all.allKeys { capabilities[key.stringValue] = all.lenient(key) }
    roomVersions = all.lenient(Self.roomVersionsKey)
    presenceSharing = all.lenient(Self.presenceSharingKey)
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: WireKey.self)
    var all = fields.nestedContainer(keyedBy: WireKey.self, forKey: "capabilities")
    for (name, capability) in capabilities {
      try all.encode(capability, forKey: WireKey(stringLiteral: name))
    }
    try all.encodeIfPresent(roomVersions, forKey: Self.roomVersionsKey)
    try all.encodeIfPresent(presenceSharing, forKey: Self.presenceSharingKey)
  }
}

/// The answer to `POST /user/{userId}/filter`.
public struct FilterAnswer: Hashable, Sendable, Codable {
  public var filterID: String

  public init(filterID: String) { self.filterID = filterID }

  enum CodingKeys: String, CodingKey {
    case filterID = "filter_id"
  }
}
