internal import MatrixWire

/// One person as `--json` tells of them.
struct PersonReport: Encodable {
  let userID: UserID
  var look: Appearance
  var groups: [String]?
  /// Those that are shared, of who is around.
  var rooms: [RoomID]?

  private enum CodingKeys: String, CodingKey {
    case groups, rooms
    case userID = "user_id"
  }

  init(_ user: UserID, _ content: PresenceContent) { (userID, look) = (user, Appearance(content)) }

  init(_ entry: ListEntry) {
    self.init(entry.userID, entry.presence)
    look.state = StateText.of(entry.state)
    groups = entry.groups.isEmpty ? nil : entry.groups
  }

  init(_ neighbor: Neighbor) {
    self.init(neighbor.userID, neighbor.content)
    look.state = StateText.around
    rooms = neighbor.rooms
  }

  func encode(to encoder: any Encoder) throws {
    try look.encode(to: encoder)
    var fields = encoder.container(keyedBy: CodingKeys.self)
    try fields.encode(userID, forKey: .userID)
    try fields.encodeIfPresent(groups, forKey: .groups)
    try fields.encodeIfPresent(rooms, forKey: .rooms)
  }
}

/// What is known of a user who shares a room and is not on the list.
struct Neighbor {
  let userID: UserID
  let content: PresenceContent
  let rooms: [RoomID]
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
