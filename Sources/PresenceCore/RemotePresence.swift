internal import MatrixWire
internal import Ports

/// What is known of a remote user.
struct RemotePresence: Hashable, Sendable {
  var view: PresenceView
  var displayName: String?
  var avatarURL: String?
  /// Why the state is unknown, where it is.
  var unknownReason: UnknownReason?

  /// As their server says it now; a name that is not stated is the one known before.
  init(_ content: PresenceContent, after known: RemotePresence?, now: Instant) {
    let state: PresenceState
    switch content.state {
    // An unknown state would be sent on to clients that refuse it, and hiding is between the user and their own server.
    case .hidden, .other: state = content.state.standard
    default: state = content.state
    }
    view = PresenceView(
      state: state, statusMessage: content.statusMessage.flatMap { $0.isEmpty ? nil : $0 },
      lastActive: content.lastActiveAgo.map { now - .milliseconds($0) } ?? known?.view.lastActive ?? now,
      currentlyActive: content.currentlyActive ?? false, deviceTypes: content.deviceTypes,
      idleSince: content.idleAgo.map { now - .milliseconds($0) })
    displayName = content.displayName ?? known?.displayName
    avatarURL = content.avatarURL ?? known?.avatarURL
  }

  init(unknownBecause reason: UnknownReason, after known: RemotePresence?) {
    view = PresenceView(
      state: .unknown, lastActive: known?.view.lastActive ?? Instant(nanoseconds: .min),
      currentlyActive: false, deviceTypes: [])
    displayName = known?.displayName
    avatarURL = known?.avatarURL
    unknownReason = reason
  }

  /// Whether the difference is worth an event. Ages are rounded, and travel takes time: within a second they tell
  /// nothing new.
  func differs(from other: RemotePresence) -> Bool {
    var aligned = other
    func near(_ left: Instant, _ right: Instant) -> Bool {
      let difference = left - right
      return difference < .seconds(1) && difference > .seconds(-1)
    }
    if near(aligned.view.lastActive, view.lastActive) { aligned.view.lastActive = view.lastActive }
    if let ours = view.idleSince, let theirs = aligned.view.idleSince, near(ours, theirs) {
      aligned.view.idleSince = ours
    }
    return view.differs(from: aligned.view) || !displayName.hasBytes(of: other.displayName)
      || !avatarURL.hasBytes(of: other.avatarURL) || unknownReason != other.unknownReason
  }

  /// As contents of an event made at `now`. The server's names go through as they came.
  func content(at now: Instant) -> PresenceContent {
    var content = view.content(at: now)
    if view.lastActive.nanoseconds == .min { content.lastActiveAgo = nil }
    content.displayName = displayName
    content.avatarURL = avatarURL
    content.unknownReason = unknownReason
    return content
  }
}
