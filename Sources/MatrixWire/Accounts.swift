/// The answer to `/versions`.
public struct VersionsAnswer: Hashable, Sendable, Codable {
  public var versions: [String]
  public var unstableFeatures: [String: Bool]

  public init(versions: [String], unstableFeatures: [String: Bool]) {
    self.versions = versions
    self.unstableFeatures = unstableFeatures
  }

  /// Whether the server has presence lists and the other extensions of this project.
  public var hasPresenceLists: Bool { unstableFeatures[UnstablePrefix.namespace] == true }

  /// Whether `busy` may be set (MSC3026).
  public var hasBusy: Bool { unstableFeatures["org.matrix.msc3026.busy_presence"] == true }

  /// Whether the server tells in which rooms two users are (MSC2666, or the specification that took it up).
  public var hasMutualRooms: Bool {
    versions.contains("v1.19")
      || unstableFeatures.contains { $0.value && $0.key.hasPrefix("uk.half-shot.msc2666") }
  }

  enum CodingKeys: String, CodingKey {
    case versions
    case unstableFeatures = "unstable_features"
  }

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    versions = try fields.decode([String].self, forKey: .versions)
    // A feature that is no yes or no is none, and costs no other one.
    let features = try? fields.nestedContainer(keyedBy: WireKey.self, forKey: .unstableFeatures)
    unstableFeatures = (features?.allKeys ?? []).reduce(into: [:]) { known, key in
      known[key.stringValue] = try? features?.decode(Bool.self, forKey: key)
    }
  }
}

/// A person's public profile (Protocol 8); unset fields are left out.
public struct Profile: Hashable, Sendable, Codable {
  public var displayName: String?
  public var avatarURL: String?

  public init(displayName: String? = nil, avatarURL: String? = nil) {
    self.displayName = displayName
    self.avatarURL = avatarURL
  }

  /// Byte by byte: another form of a name is another name.
  public static func == (left: Profile, right: Profile) -> Bool {
    left.displayName.hasBytes(of: right.displayName) && left.avatarURL.hasBytes(of: right.avatarURL)
  }

  enum CodingKeys: String, CodingKey {
    case displayName = "displayname"
    case avatarURL = "avatar_url"
  }
}

/// `{}`: what many endpoints take or answer.
public struct Empty: Hashable, Sendable, Codable {
  public init() {}
}
