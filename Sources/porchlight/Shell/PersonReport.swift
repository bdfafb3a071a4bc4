internal import MatrixWire
internal import Ports

/// One person as `--json` tells of them, in the words of `StateText`.
struct PersonReport: Encodable {
  let userID: UserID
  var presence: String
  var choice: String?
  var state: String?
  var statusMessage: String?
  var displayName: String?
  /// Milliseconds.
  var lastActiveAgo: Int?
  var currentlyActive: Bool?
  var idleAgo: Int?
  var deviceTypes: [DeviceType]?
  var groups: [String]?
  /// Why nothing is known.
  var unknownReason: UnknownReason?

  enum CodingKeys: String, CodingKey {
    case presence, choice, state, groups
    case userID = "user_id"
    case statusMessage = "status_msg"
    case displayName = "displayname"
    case lastActiveAgo = "last_active_ago"
    case currentlyActive = "currently_active"
    case idleAgo = "idle_ago"
    case deviceTypes = "device_types"
    case unknownReason = "unknown_reason"
  }

  init(_ user: UserID, _ content: PresenceContent) {
    userID = user
    presence = StateText.of(content.state)
    choice = content.choice.map { StateText.chosen($0) }
    statusMessage = content.statusMessage
    displayName = content.displayName.flatMap { $0.isEmpty ? nil : $0 }
    lastActiveAgo = content.lastActiveAgo
    currentlyActive = content.currentlyActive
    idleAgo = content.idleAgo
    deviceTypes = content.deviceTypes.isEmpty ? nil : content.deviceTypes
    unknownReason = content.unknownReason
  }

  init(_ entry: ListEntry) {
    self.init(entry.userID, entry.presence)
    state = StateText.of(entry.state)
    groups = entry.groups.isEmpty ? nil : entry.groups
  }
}

extension Output {
  /// A value as one line of JSON, harmless to a terminal whatever others wrote into it.
  @discardableResult
  static func json(_ value: some Encodable) -> Bool {
    line(escape(String(decoding: WireJSON.encode(value), as: UTF8.self)))
  }

  /// JSON escapes the old control characters by itself, but not the newer ones, nor those that turn the
  /// direction of a line.
  static func escape(_ json: String) -> String {
    var text = ""
    for scalar in json.unicodeScalars {
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned:
        for unit in String(scalar).utf16 {
          let digits = String(unit, radix: 16)
          text += "\\u" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
        }
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text
  }
}
