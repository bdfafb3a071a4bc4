/// The body of `PUT /presence/{userId}/status` (Protocol 3.3).
public struct StatusUpdate: Hashable, Sendable, Codable {
  /// The choice: how present the person wants to appear.
  public var presence: PresenceState
  /// The whole new text; nil or `""` clears.
  public var statusMessage: String?

  public init(presence: PresenceState, statusMessage: String?) {
    self.presence = presence
    self.statusMessage = statusMessage
  }

  enum CodingKeys: String, CodingKey {
    case presence
    case statusMessage = "status_msg"
  }
}

/// The body of `PUT .../presence/device` (E5): what this device knows of its person.
public struct DeviceReport: Hashable, Sendable {
  /// What is said of idleness.
  public enum Idleness: Hashable, Sendable {
    /// Not mentioned: leave it.
    case unstated
    /// Idle for that many milliseconds by now; the server extrapolates.
    case since(milliseconds: Int)
    /// The user is at the device.
    case active
  }

  public var idleness: Idleness
  /// Sticky for the device once sent.
  public var deviceType: DeviceType?
  /// Ends this device's streams and its grace at once; the person's choice stays.
  public var closing: Bool

  public init(idleness: Idleness = .unstated, deviceType: DeviceType? = nil, closing: Bool = false) {
    self.idleness = idleness
    self.deviceType = deviceType
    self.closing = closing
  }
}

extension DeviceReport: Codable {
  enum CodingKeys: String, CodingKey {
    case idle = "idle_ms"
    case deviceType = "device_type"
    case closing
  }

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    if let idle = try fields.decodeIfPresent(Int.self, forKey: .idle) {
      guard (0...Self.longestIdle).contains(idle) else {
        throw DecodingError.dataCorruptedError(
          forKey: .idle, in: fields, debugDescription: "idle_ms must lie between 0 and \(Self.longestIdle)")
      }
      idleness = idle == 0 ? .active : .since(milliseconds: idle)
    } else {
      idleness = fields.contains(.idle) ? .active : .unstated
    }
    deviceType = try fields.decodeIfPresent(DeviceType.self, forKey: .deviceType)
    closing = try fields.decodeIfPresent(Bool.self, forKey: .closing) ?? false
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: CodingKeys.self)
    switch idleness {
    case .unstated: break
    case .since(let milliseconds): try fields.encode(milliseconds, forKey: .idle)
    case .active: try fields.encode(0, forKey: .idle)
    }
    try fields.encodeIfPresent(deviceType, forKey: .deviceType)
    if closing { try fields.encode(true, forKey: .closing) }
  }

  /// Ten years, in milliseconds: beyond it a report is a mistake.
  static let longestIdle = 10 * 365 * 24 * 3600 * 1000
}

/// The body of `PUT .../presence/polling` (E6).
public struct PollingSwitch: Hashable, Sendable, Codable {
  /// Whether this device wants its person's list to be watched.
  public var polling: Bool

  public init(polling: Bool) { self.polling = polling }
}
