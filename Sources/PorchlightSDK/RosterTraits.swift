public import MatrixWire

/// What is special about a source of a roster, as far as its user has to know.
public struct RosterTraits: Hashable, Sendable {
  public enum Contacts: Hashable, Sendable {
    /// Presence lists on the server.
    case lists
    /// Direct rooms.
    case rooms
  }

  /// What makes a user a contact.
  public let contacts: Contacts
  /// The least span between two status changes.
  public let statusSpacing: Duration
  /// Whether the source tells of a status that the server took before it says so: a server that sees no difference is silent.
  public var tellsStatusItself: Bool { contacts == .rooms }
  private let substitutes: [PresenceState: PresenceState]

  /// What others see of a choice: another one where the server has no word for it.
  public func shown(_ choice: PresenceState) -> PresenceState { substitutes[choice] ?? choice }

  /// A server with presence lists has all states and sets no limit of its own.
  public static let lists = RosterTraits(contacts: .lists, statusSpacing: .seconds(1), substitutes: [:])

  /// Any other server, which as a rule takes a status each 10 s (Protocol 3.3). It counts from when it gets them, so that a
  /// little more is kept between two that are sent.
  ///
  /// - Parameter hasBusy: whether users can be busy there.
  /// - Returns: its traits.
  public static func rooms(hasBusy: Bool) -> RosterTraits {
    var substitutes: [PresenceState: PresenceState] = [.freeForChat: .online]
    if !hasBusy { substitutes[.busy] = .unavailable }
    return RosterTraits(contacts: .rooms, statusSpacing: .milliseconds(10_500), substitutes: substitutes)
  }
}
