internal import MatrixWire
internal import PorchlightSDK
internal import Ports
internal import Screen

/// Something that happened, and when it was taken note of.
struct Message: Sendable {
  enum Event: Sendable {
    /// From the terminal.
    case input(InputEvent)
    /// From the roster's source.
    case roster(RosterStep)
    /// What became of the own status.
    case publishing(PresencePublisher.Outcome)
    /// What became of a change to the list; nil where the server took it.
    case answered(ContactChange, SDKError?)
    /// What became of the wanted display name.
    case renamed(String, SDKError?)
    /// What the server speaks.
    case versions(VersionsAnswer)
    /// In which rooms the server's users see each other.
    case presenceSharing(PresenceSharingRule)
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
