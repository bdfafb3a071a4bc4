internal import MatrixWire
internal import OrderedCollections
internal import PorchlightSDK
internal import Ports
internal import Screen

/// One row's facts, whether of a contact, of who asks, or of who is around. The texts are as they came: not safe for a screen.
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
  /// On whose list, or in whose rooms.
  let account: AccountID
  let name: String
  let displayState: DisplayState
  let activity: Activity
  /// The text of the status column.
  let remark: String
  /// Their own words, where the remark is those.
  let statusText: String?
  let deviceTypes: [DeviceType]
  /// What they were last seen to do, where their state is unknown.
  let trace: Trace?
  /// Invited, and not answered yet.
  let isPending: Bool
  /// In a room with the user, and not on the list.
  let isAround: Bool

  var group: RosterGroup { isAround ? .around : displayState.group }

  /// - Parameters:
  ///   - contact: who it is.
  ///   - account: on whose list, or in whose rooms.
  init(_ contact: Contact, of account: AccountID) {
    row = .contact(contact.userID, of: account)
    userID = contact.userID
    self.account = account
    name = contact.name
    displayState = DisplayState(seen: contact.state)
    trace = displayState == .unknown ? contact.trace : nil
    activity =
      if let trace {
        trace.isNow ? .now : .since(trace.at.instant)
      } else {
        contact.currentlyActive ? .now : contact.lastSeen.map { .since($0) } ?? .never
      }
    isPending = contact.relation == .pending
    isAround = contact.relation == nil
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
    self.account = account
    name = invite.nameOrAddress
    displayState = .invite
    trace = nil
    activity = .asked(invite.receivedAt)
    remark = "wants to see you"
    statusText = nil
    deviceTypes = []
    isPending = false
    isAround = false
  }
}

extension Roster {
  /// The facts behind a row; nil for a heading, for who is gone, and for a row of another account.
  func person(_ row: RowID) -> Person? {
    let account = account
    return switch row {
    case .heading: nil
    case .invite(let user, of: account): invite(from: user).map { Person($0, of: account) }
    case .contact(let user, of: account): known(user).map { Person($0, of: account) }
    case .invite, .contact: nil
    }
  }

  /// Everybody, in no particular order.
  var people: [Person] { askers + listed + neighbors }

  /// Everybody on the list, in the order they came onto it.
  var listed: [Person] {
    let account = account
    return contacts.values.map { Person($0, of: account) }
  }

  /// Everybody who asks, in the order of their invites.
  var askers: [Person] {
    let account = account
    return invites.values.map { Person($0, of: account) }
  }

  /// Everybody around, in no particular order.
  var neighbors: [Person] {
    let account = account
    return around.values.map { Person($0, of: account) }
  }

  var account: AccountID { AccountID(own.userID) }
}

extension Invite {
  /// A stranger without a name is shown by the address, which nobody can make up.
  var nameOrAddress: String { displayName ?? observer.rawValue }
}
