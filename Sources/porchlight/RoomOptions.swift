internal import ArgumentParser
internal import RoomCore

/// How rooms share presence.
struct RoomOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "In which rooms members see each other's presence: spec (all that do not forbid it) or suggest (those that "
        + "suggest it, as new private ones do). (default: spec)", valueName: "rule"),
    transform: { text in
      guard let rule = PresenceSharing.Rule(rawValue: text) else {
        throw ValidationError("--presence-sharing takes spec or suggest, not '\(text)'")
      }
      return rule
    })
  var presenceSharing = PresenceSharing.Rule.spec

  @Option(
    help: ArgumentHelp(
      "Rooms with more members share no presence. (default: \(PresenceSharing().largestRoom))",
      valueName: "members"),
    transform: wholeNumber("--presence-room-limit", 1...1_000_000))
  var presenceRoomLimit = PresenceSharing().largestRoom

  var sharing: PresenceSharing { PresenceSharing(rule: presenceSharing, largestRoom: presenceRoomLimit) }
}
