import MatrixWire
import RoomCore
import Testing

typealias Draft = EventDraft

/// A draft, the room it is for, and the rule that refuses it; nil where it is allowed.
struct AuthorizationCase: CustomTestStringConvertible, Sendable {
  let room: RawRoom
  let draft: Draft
  let refusedBy: String?

  var testDescription: String {
    let key = draft.stateKey.map { "[\($0)]" } ?? ""
    return "\(draft.sender.localpart): \(draft.type)\(key) \(json(draft.content)): \(refusedBy ?? "allowed")"
  }

  init(_ room: RawRoom, _ draft: Draft, _ refusedBy: String?) {
    (self.room, self.draft, self.refusedBy) = (room, draft, refusedBy)
  }
}

extension Draft {
  static func member(
    _ membership: String, _ target: UserID, by sender: UserID, _ more: CanonicalJSON.Object = [:]
  ) -> Draft {
    var content = more
    content["membership"] = .string(membership)
    return Draft(type: "m.room.member", stateKey: target.rawValue, sender: sender, content: content)
  }

  static func levels(_ content: CanonicalJSON.Object, by sender: UserID) -> Draft {
    Draft(type: "m.room.power_levels", stateKey: "", sender: sender, content: content)
  }
}
