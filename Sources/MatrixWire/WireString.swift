/// A string that means something: coded as a plain JSON string, refused where it is malformed.
public protocol WireString: Codable, CustomStringConvertible, Sendable, Hashable {
  /// The text as it is on the wire.
  var rawValue: String { get }

  /// The value a text stands for, or nil where it is malformed.
  init?(_ text: String)
}

extension WireString {
  public var description: String { rawValue }

  /// Byte by byte: Swift's own `==` holds canonically equivalent texts for one, the specification does not.
  public static func == (left: Self, right: Self) -> Bool {
    left.rawValue.hasBytes(of: right.rawValue)
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let value = Self(text) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "'\(text)' is not a valid \(Self.self)")
    }
    self = value
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(rawValue)
  }
}

/// The name of one of a person's devices. Never shown to others.
public struct DeviceID: WireString {
  public let rawValue: String

  /// Any text of 1 to 255 bytes.
  public init?(_ text: String) {
    guard (1...255).contains(text.utf8.count) else { return nil }
    self.rawValue = text
  }
}

/// A position in a user's event stream; opaque to clients.
public struct SyncToken: WireString {
  public let rawValue: String

  /// Any text of 1 to 255 bytes.
  public init?(_ text: String) {
    guard (1...255).contains(text.utf8.count) else { return nil }
    self.rawValue = text
  }
}

/// What proves a session; opaque, and kept out of every description and log.
public struct AccessToken: WireString {
  public let rawValue: String
  public var description: String { "(access token)" }

  /// Any text of 1 to 4,096 bytes: authorization servers make tokens that say all about a session.
  public init?(_ text: String) {
    guard (1...4_096).contains(text.utf8.count) else { return nil }
    self.rawValue = text
  }

  /// Refuses others without their text, which is a secret all the same.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let token = Self(try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "a token has 1 to 4096 bytes")
    }
    self = token
  }
}
