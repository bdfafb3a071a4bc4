/// A profile with everything its person says of themselves: name and picture, and any JSON by names of their choice, such
/// as `m.tz` (Matrix v1.16, client-server API, "Profiles"; MSC4133).
public struct PublicProfile: Hashable, Sendable {
  public var profile: Profile
  /// JSON values by the names of their fields.
  public private(set) var fields: [String: [UInt8]]

  /// The most bytes a profile may have in canonical JSON, name and picture included.
  public static let largest = 65_536

  public init(_ profile: Profile, fields: [String: [UInt8]] = [:]) {
    self.profile = profile
    self.fields = fields
  }

  /// Reads what another server says of its user. Fields that could not have been set here are ignored, and so are all
  /// of them where they are more than a profile may hold.
  ///
  /// - Throws: where it is no profile.
  public init(body: [UInt8]) throws(MatrixError) {
    self.init(try WireJSON.decode(Profile.self, from: body))
    guard body.count <= 2 * Self.largest, case .object(let object)? = try? CanonicalJSON(received: body)
    else {
      return
    }
    for member in object.members {
      guard let name = try? ProfileField(member.key), !name.isNameOrPicture else { continue }
      fields[member.key] = member.value.bytes
    }
    if self.body.count > Self.largest { fields = [:] }
  }

  /// The whole profile: an object with every field that is set.
  public var body: [UInt8] { Self.object(members) }

  /// An object with one field, where it is set.
  public func body(of name: String) -> [UInt8]? {
    members[name].map { Self.object([name: $0]) }
  }

  private var members: [String: [UInt8]] {
    var members = fields
    members[ProfileField.displayName] = profile.displayName.map { CanonicalJSON.string($0).bytes }
    members[ProfileField.avatarURL] = profile.avatarURL.map { CanonicalJSON.string($0).bytes }
    return members
  }

  private static func object(_ members: [String: [UInt8]]) -> [UInt8] {
    var writer = JSONWriter()
    writer.open()
    for (name, value) in members.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
      writer.foreignKey(name)
      writer.raw(value)
    }
    writer.close()
    return writer.bytes
  }
}

/// The name of a field of a profile: a common namespaced identifier (Matrix appendices), 1 to 255 bytes of
/// `a-z 0-9 . _ -` that begin with a letter.
public struct ProfileField: Hashable, Sendable {
  public static let displayName = "displayname"
  public static let avatarURL = "avatar_url"
  private static let timeZone = "m.tz"

  public let name: String

  /// Whether it has an endpoint of its own since before there were others.
  public var isNameOrPicture: Bool { name == Self.displayName || name == Self.avatarURL }

  /// - Throws: `M_KEY_TOO_LARGE` where it is too long, `M_INVALID_PARAM` where it is no name of a field.
  public init(_ name: String) throws(MatrixError) {
    guard name.utf8.count <= 255 else {
      throw MatrixError(.keyTooLarge, "The name of a profile field has 255 bytes at most.")
    }
    let isWellFormed =
      name.utf8.first.map { Self.isLetter($0) } ?? false
      && name.utf8.allSatisfy {
        Self.isLetter($0) || (0x30...0x39).contains($0) || Self.punctuation.contains($0)
      }
    guard isWellFormed else {
      throw MatrixError(
        .invalidParameter,
        "The name of a profile field is made of a-z, 0-9 and . _ -, and begins with a letter.")
    }
    self.name = name
  }

  /// The value a body gives this field, `{"m.tz":"Europe/Berlin"}`: any JSON, `null` too.
  ///
  /// - Throws: `M_NOT_JSON`; `M_BAD_JSON` for what is nested too deep or can be read in two ways; `M_MISSING_PARAM` where
  ///   the field is not there; `M_INVALID_PARAM` for what the specification has no such value for.
  public func value(in body: [UInt8]) throws(MatrixError) -> [UInt8] {
    let value = try CanonicalJSON(received: body)
    guard case .object(let object) = value else {
      throw MatrixError(.badJSON, "The body is not a JSON object.")
    }
    guard let value = object[name] else { throw MatrixError(.missingParameter, "Missing field '\(name)'.") }
    if name == Self.timeZone {
      guard let zone = value.text, Self.mayBeTimeZone(zone) else {
        throw MatrixError(.invalidParameter, "'m.tz' is the name of a time zone, such as Europe/Berlin.")
      }
    }
    return value.bytes
  }

  /// Whether the IANA database could have a zone of that name; which ones it has changes every year.
  private static func mayBeTimeZone(_ text: String) -> Bool {
    (1...255).contains(text.utf8.count)
      && text.utf8.allSatisfy { byte in
        isLetter(byte | 0x20) || (0x30...0x39).contains(byte) || "/_+-.".utf8.contains(byte)
      }
  }

  private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte) }
  private static let punctuation = Array("._-".utf8)
}
