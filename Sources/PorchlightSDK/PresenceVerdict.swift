public import MatrixWire

/// Whether a server tells presence at all. No server says so by itself: it follows from what is seen (Protocol 9.4).
///
/// A value: evidence is added as it comes, and the newest that proves something counts.
public struct PresenceVerdict: Hashable, Sendable {
  public enum Presence: Hashable, Sendable {
    /// Nothing proves either.
    case unknown
    case works
    case off(Sign)
  }

  /// By what it was noticed that presence is off.
  public enum Sign: Hashable, Sendable {
    /// The server says so (the Conduit family).
    case refused
    /// It takes a status and keeps nothing of it (Synapse).
    case withoutEffect
    /// It answers, and what it says does not change (Dendrite).
    case unchanged
  }

  public enum Evidence: Hashable, Sendable {
    /// A call about the own status was refused.
    case refused(MatrixError)
    /// What the server says of the own status, when nothing was set before.
    case ownStatus(PresenceContent)
    /// What the server says of the own status after it took this one, while a stream says that the user is online.
    case statusSet(StatusUpdate, seen: PresenceContent)
    /// An answer of the stream, with everybody whose presence it tells; whether that stream says that the user is online.
    case answer([UserID: PresenceState], isOnline: Bool)
  }

  /// How many answers of the stream may lack the own presence where presence works.
  public static let mostSilentAnswers = 2

  public private(set) var presence = Presence.unknown
  /// Whether presence of others on the own server was heard, and the other servers of which any was heard.
  private var hearsOwnServer = false
  private var heardServers: Set<ServerName> = []
  private var silentAnswers = 0
  private let owner: UserID

  /// - Parameter owner: whose session it is.
  public init(of owner: UserID) { self.owner = owner }

  /// Whether something has to be set to know, because the stream says nothing of the owner.
  public var needsProof: Bool { presence == .unknown && silentAnswers > 0 }

  /// Whether the stream was silent about the owner for longer than it is where presence works.
  public var isSilent: Bool { silentAnswers >= Self.mostSilentAnswers }

  public var isOff: Bool { if case .off = presence { true } else { false } }

  /// Takes note that the server was not heard for a while, or began anew: it may have been started with another
  /// configuration. That presence works has to be seen again.
  public mutating func interrupt() {
    guard presence == .works else { return }
    presence = .unknown
    silentAnswers = 0
  }

  /// Adds what was seen.
  public mutating func take(_ evidence: Evidence) {
    switch evidence {
    case .refused(let error):
      if error.code == .forbidden, error.message.asciiLowercased.contains("disabled") {
        presence = .off(.refused)
      }
    case .ownStatus(let content): if content.provesPresence { presence = .works }
    case .statusSet(let update, let content): presence = Self.judge(content, after: update) ?? presence
    case .answer(let states, let isOnline): take(states, isOnline: isOnline)
    }
  }

  private mutating func take(_ states: [UserID: PresenceState], isOnline: Bool) {
    for (user, state) in states where user != owner {
      if user.server == owner.server { hearsOwnServer = true } else { heardServers.insert(user.server) }
      // Where presence was switched off, those who were there are told once more, as offline.
      if state.level > 0 { presence = .works }
    }
    guard isOnline else { return }
    // Who polls as online and is said to be offline is not believed, which is all that is known.
    if let own = states[owner], own.level > 0 {
      presence = .works
      silentAnswers = 0
    } else {
      silentAnswers += 1
    }
  }

  /// Why nothing is known of a user of whom nothing was heard; nil where that means that they are offline.
  public func reason(for user: UserID) -> UnknownReason? {
    switch presence {
    case .off: .presenceOff
    case .unknown: .unheard
    // Either server may have its presence towards others switched off, and neither says so.
    case .works: user.server == owner.server || heardServers.contains(user.server) ? nil : .unheard
    }
  }

  /// Whether users of the own server are heard and those of another are not, which is how a server looks that takes no
  /// presence from others.
  public func isDeaf(to server: ServerName) -> Bool {
    presence == .works && hearsOwnServer && server != owner.server && !heardServers.contains(server)
  }

  private static func judge(_ content: PresenceContent, after update: StatusUpdate) -> Presence? {
    let text = update.statusMessage ?? ""
    if !text.isEmpty, content.statusMessage == text { return .works }
    // Some states are set by a word that is not the specification's.
    let said = PresenceState(wire: update.presence.wire).standard
    guard said != .offline else { return content.provesPresence ? .works : nil }
    switch content.state {
    case .online, .busy, .freeForChat: return .works
    case .offline where !content.provesPresence: return .off(.withoutEffect)
    case .unavailable where said == .unavailable: return content.provesPresence ? .works : nil
    case .unknown, .unavailable: return .off(.unchanged)
    case .offline, .hidden, .other: return nil
    }
  }
}

extension PresenceContent {
  /// Whether only a server with presence says this.
  fileprivate var provesPresence: Bool {
    state == .online || state == .busy || lastActiveAgo != nil || statusMessage.map { !$0.isEmpty } ?? false
  }
}
