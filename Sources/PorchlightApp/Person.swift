internal import MatrixWire
internal import PorchlightSDK
internal import Ports
internal import Screen

/// One row's facts, whether a contact's or an asker's. The texts are as they came: not safe for a screen.
struct Person: Hashable, Sendable {
  /// When the user was last active, or asked.
  enum Activity: Hashable, Sendable {
    case never
    case now
    case since(Instant)
    case asked(WallTime)
  }

  let row: RowID
  let userID: UserID
  let name: String
  let displayState: DisplayState
  let activity: Activity
  /// The text of the status column.
  let remark: String
  /// Their own words, where the remark is those.
  let statusText: String?
  let deviceTypes: [DeviceType]
  /// Invited, and not answered yet.
  let isPending: Bool

  init(_ contact: Contact) {
    row = .contact(contact.userID)
    userID = contact.userID
    name = contact.name
    displayState = DisplayState(seen: contact.state)
    activity = contact.currentlyActive ? .now : contact.lastSeen.map { .since($0) } ?? .never
    isPending = contact.relation == .pending
    // A text of which nothing can be shown is none.
    statusText = contact.statusText.flatMap { SafeText(untrusted: $0).isEmpty ? nil : $0 }
    remark =
      displayState == .unknown
      ? UnknownText.of(contact.unknownReason, contact.userID, isPending: isPending) : statusText ?? ""
    deviceTypes = contact.deviceTypes
  }

  init(_ invite: Invite) {
    row = .invite(invite.observer)
    userID = invite.observer
    // A stranger without a name is shown by the address, which nobody can make up.
    name = invite.displayName ?? invite.observer.rawValue
    displayState = .invite
    activity = .asked(invite.receivedAt)
    remark = "wants to see you"
    statusText = nil
    deviceTypes = []
    isPending = false
  }
}

extension Roster {
  /// The facts behind a row; nil for a heading and for who is gone.
  func person(_ row: RowID) -> Person? {
    switch row {
    case .heading: nil
    case .invite(let user): invite(from: user).map { Person($0) }
    case .contact(let user): contact(user).map { Person($0) }
    }
  }

  /// Everybody, in no particular order.
  var people: [Person] {
    asking.map { Person($0) } + watched.map { Person($0) }
  }
}
