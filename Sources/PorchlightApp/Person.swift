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

  /// - Parameters:
  ///   - contact: who it is.
  ///   - account: on whose list.
  init(_ contact: Contact, of account: AccountID) {
    row = .contact(contact.userID, of: account)
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

  /// - Parameters:
  ///   - invite: what they ask for.
  ///   - account: whom they ask.
  init(_ invite: Invite, of account: AccountID) {
    row = .invite(invite.observer, of: account)
    userID = invite.observer
    name = invite.nameOrAddress
    displayState = .invite
    activity = .asked(invite.receivedAt)
    remark = "wants to see you"
    statusText = nil
    deviceTypes = []
    isPending = false
  }
}

extension Roster {
  /// The facts behind a row; nil for a heading, for who is gone, and for a row of another account.
  func person(_ row: RowID) -> Person? {
    let account = account
    return switch row {
    case .heading: nil
    case .invite(let user, of: account): invite(from: user).map { Person($0, of: account) }
    case .contact(let user, of: account): contact(user).map { Person($0, of: account) }
    case .invite, .contact: nil
    }
  }

  /// Everybody, in no particular order.
  var people: [Person] {
    let account = account
    return asking.map { Person($0, of: account) } + watched.map { Person($0, of: account) }
  }

  var account: AccountID { AccountID(own.userID) }
}

extension Invite {
  /// A stranger without a name is shown by the address, which nobody can make up.
  var nameOrAddress: String { displayName ?? observer.rawValue }
}
