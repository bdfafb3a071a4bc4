internal import MatrixWire
internal import PorchlightSDK
internal import Ports
internal import Screen

/// Something that happened, and when it was taken note of.
struct Message: Sendable {
  enum Event: Sendable {
    /// From the terminal.
    case input(InputEvent)
    /// From the event stream.
    case sync(SyncStep)
    /// What became of the own status.
    case publishing(PresencePublisher.Outcome)
    /// What became of a change to the list; nil where the server took it.
    case answered(ListChange, SDKError?)
    /// What became of the wanted display name.
    case renamed(String, SDKError?)
    /// What the server speaks.
    case versions(VersionsAnswer)
    /// The session is over.
    case loggedOut(SDKError)
    /// The instant that `Model.nextTick` named has come.
    case tick
  }

  let at: Moment
  let event: Event

  init(_ event: Event, at: Moment) {
    self.event = event
    self.at = at
  }
}

/// A change to the presence lists that the user asked for.
enum ListChange: Hashable, Sendable {
  case invite(UserID)
  case accept(UserID)
  case deny(UserID)
  case drop(UserID)

  var userID: UserID {
    switch self {
    case .invite(let user), .accept(let user), .deny(let user), .drop(let user): user
    }
  }

  /// The row that waits for it.
  var row: RowID {
    switch self {
    case .accept(let user), .deny(let user): .invite(user)
    case .invite(let user), .drop(let user): .contact(user)
    }
  }

  /// What is going on, for the row that waits.
  var progress: String {
    switch self {
    case .invite: "inviting"
    case .accept: "accepting"
    case .deny: "denying"
    case .drop: "removing"
    }
  }
}

/// Something to be done about a message. The runtime is the only place that does it.
enum Intent: Hashable, Sendable {
  case publish(StatusUpdate)
  /// Since when the keyboard is idle; nil for "the user is there".
  case reportIdle(since: Instant?)
  case change(ListChange)
  /// Set the own display name.
  case rename(String)
  /// Try to reach the server at once.
  case reconnect
  /// Ask what the server speaks.
  case askVersions
  /// Stop the process, as Ctrl-Z does.
  case suspend
  /// Have the device paint everything it knows once more.
  case redraw
  /// Forget what was presented: the screen is another one now.
  case repaint
  case quit(ExitReason)
}
