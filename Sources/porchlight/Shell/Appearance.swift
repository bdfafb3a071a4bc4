internal import MatrixWire
internal import PorchlightApp
internal import PorchlightSDK
internal import Ports

/// How a user looks, as `--json` tells of it, in the words of `StateText`.
struct Appearance: Encodable {
  var presence: String?
  /// Of oneself only.
  var choice: String?
  var state: String?
  var statusMessage: String?
  var displayName: String?
  /// Milliseconds.
  var lastActiveAgo: Int?
  var currentlyActive: Bool?
  var idleAgo: Int?
  var deviceTypes: [DeviceType]?
  /// Why nothing is known.
  var unknownReason: UnknownReason?
  /// What they were last seen to do.
  var seen: Sighting?

  enum CodingKeys: String, CodingKey {
    case presence, choice, state, seen
    case statusMessage = "status_msg"
    case displayName = "displayname"
    case lastActiveAgo = "last_active_ago"
    case currentlyActive = "currently_active"
    case idleAgo = "idle_ago"
    case deviceTypes = "device_types"
    case unknownReason = "unknown_reason"
  }

  init(state: String? = nil, name: String?) {
    self.state = state
    displayName = name
  }

  init(_ content: PresenceContent) {
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

  /// What a roster knows of a contact.
  init(_ contact: Contact, _ now: Instant) {
    presence = StateText.of(contact.state)
    state = StateText.of(contact.relation)
    statusMessage = contact.statusText
    displayName = contact.displayName
    lastActiveAgo = contact.lastSeen.map { max(0, (now - $0).wholeMilliseconds) }
    seen = contact.trace.map { Sighting($0, now) }
    unknownReason = contact.unknownReason
  }

  init(_ own: OwnPresence) {
    presence = StateText.of(own.state)
    choice = StateText.chosen(own.choice)
    statusMessage = own.statusText
    displayName = own.displayName
  }
}

/// What a user was last seen to do, as `--json` tells of it.
struct Sighting: Encodable {
  private let how: String
  private let at: String
  /// The same for people.
  let words: String

  private enum CodingKeys: String, CodingKey {
    case how, at
  }

  init(_ trace: Trace, _ now: Instant) {
    how = trace.isNow ? "typing" : trace.act.rawValue
    at = trace.at.wall.timestamp
    words = TraceText.of(trace, at: now)
  }
}
