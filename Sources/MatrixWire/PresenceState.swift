/// How present a person is, as the wire says it.
///
/// Unknown values survive unchanged in `other`, because servers forward whatever they receive. Source: Protocol 3.1;
/// `free_for_chat` and `hidden` are the original design's, `busy` is an extension.
public enum PresenceState: Hashable, Sendable {
  case online
  case unavailable
  case offline
  case freeForChat
  case hidden
  case busy
  /// Nothing is known: not shared, not heard, or not yet answered.
  case unknown
  case other(String)

  /// The state a wire value names. The empty string (a server's word for "never set") is `unknown`.
  public init(wire: String) {
    self =
      switch wire {
      case "online": .online
      case "unavailable": .unavailable
      case "offline": .offline
      case "free_for_chat": .freeForChat
      case "hidden": .hidden
      case "busy", "org.matrix.msc3026.busy": .busy
      case "unknown", "": .unknown
      default: .other(wire)
      }
  }

  /// The exact wire value.
  public var wire: String {
    switch self {
    case .online: "online"
    case .unavailable: "unavailable"
    case .offline: "offline"
    case .freeForChat: "free_for_chat"
    case .hidden: "hidden"
    case .busy: "busy"
    case .unknown: "unknown"
    case .other(let value): value
    }
  }

  /// The nearest of the three states today's specification has (`online`, `unavailable`, `offline`).
  public var standard: PresenceState {
    switch self {
    case .online, .freeForChat, .busy: .online
    case .unavailable: .unavailable
    case .offline, .hidden, .unknown, .other: .offline
    }
  }

  /// Rank for promotion: a rise counts as activity, a fall or a sidestep does not (Protocol 5.4).
  public var level: Int {
    switch self {
    case .offline, .hidden, .unknown, .other: 0
    case .unavailable: 1
    case .online, .busy: 2
    case .freeForChat: 3
    }
  }
}

extension PresenceState: Codable {
  public init(from decoder: any Decoder) throws {
    self.init(wire: try decoder.singleValueContainer().decode(String.self))
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(wire)
  }
}

extension PresenceState: CustomStringConvertible {
  public var description: String { wire }
}
