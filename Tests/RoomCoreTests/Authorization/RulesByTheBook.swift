import MatrixWire
import RoomCore

/// The authorization rules of room version 11 once more, as the specification numbers them and on nothing but JSON.
/// What `RoomAuthorization` allows, this has to allow.
struct RulesByTheBook {
  let room: RawRoom

  private typealias JSON = CanonicalJSON

  private func number(_ value: JSON?) -> Int64? {
    if case .integer(let number)? = value { number } else { nil }
  }

  private func text(_ value: JSON?) -> String? {
    if case .string(let text)? = value { text } else { nil }
  }

  private func membership(_ user: String) -> String {
    text(room["m.room.member", user]?["membership"]) ?? "leave"
  }

  private var levels: CanonicalJSON.Object? { room["m.room.power_levels"] }

  private func power(_ user: String) -> Int64 {
    guard let levels else { return user == room.creator.rawValue ? 100 : 0 }
    if case .object(let users)? = levels["users"], let level = number(users[user]) { return level }
    return number(levels["users_default"]) ?? 0
  }

  private func level(_ name: String, else standard: Int64) -> Int64 { number(levels?[name]) ?? standard }

  private func domain(_ id: String) -> String {
    id.firstIndex(of: ":").map { String(id[id.index(after: $0)...]) } ?? ""
  }

  func allows(_ draft: Draft) -> Bool {
    let sender = draft.sender.rawValue
    // 1.1: this room has events.
    if draft.type == "m.room.create" { return false }
    // 3.
    if room["m.room.create"]?["m.federate"] == .bool(false), domain(sender) != domain(room.creator.rawValue) {
      return false
    }
    // 4.
    if draft.type == "m.room.member" { return allowsMember(draft, sender) }
    // 5.
    if membership(sender) != "join" { return false }
    // 6.
    if draft.type == "m.room.third_party_invite" { return power(sender) >= level("invite", else: 0) }
    // 7.
    var required = draft.stateKey == nil ? level("events_default", else: 0) : level("state_default", else: 50)
    if case .object(let events)? = levels?["events"], let level = number(events[draft.type]) {
      required = level
    }
    if required > power(sender) { return false }
    // 8.
    if let key = draft.stateKey, key.hasPrefix("@"), key != sender { return false }
    // 9 and 10.
    return draft.type == "m.room.power_levels" ? allowsLevels(draft.content, sender) : true
  }

  private func allowsMember(_ draft: Draft, _ sender: String) -> Bool {
    guard let target = draft.stateKey, UserID(target) != nil, let wanted = text(draft.content["membership"])
    else {
      return false
    }
    if let granter = draft.content["join_authorised_via_users_server"] {
      guard let granter = text(granter), UserID(granter) != nil, domain(granter) == domain(sender) else {
        return false
      }
    }
    let joinRule = text(room["m.room.join_rules"]?["join_rule"]) ?? "invite"
    let current = membership(target)
    switch wanted {
    case "join":
      if room.isNew, room.state.count == 1, target == room.creator.rawValue, sender == target { return true }
      if sender != target || current == "ban" { return false }
      switch joinRule {
      case "public": return true
      case "invite", "knock": return current == "invite" || current == "join"
      case "restricted", "knock_restricted":
        if current == "invite" || current == "join" { return true }
        guard let granter = text(draft.content["join_authorised_via_users_server"]) else { return false }
        return membership(granter) == "join" && power(granter) >= level("invite", else: 0)
      default: return false
      }
    case "invite":
      // Invites by a third party are not taken here.
      if draft.content["third_party_invite"] != nil { return false }
      return membership(sender) == "join" && current != "join" && current != "ban"
        && power(sender) >= level("invite", else: 0)
    case "leave":
      if sender == target { return ["invite", "join", "knock"].contains(current) }
      if membership(sender) != "join" { return false }
      if current == "ban", power(sender) < level("ban", else: 50) { return false }
      return power(sender) >= level("kick", else: 50) && power(target) < power(sender)
    case "ban":
      return membership(sender) == "join" && power(sender) >= level("ban", else: 50)
        && power(target) < power(sender)
    case "knock":
      return ["knock", "knock_restricted"].contains(joinRule) && sender == target
        && !["ban", "invite", "join"].contains(current)
    default: return false
    }
  }

  private func allowsLevels(_ new: CanonicalJSON.Object, _ sender: String) -> Bool {
    let names = ["users_default", "events_default", "state_default", "ban", "redact", "kick", "invite"]
    // 9.1 to 9.3.
    for name in names where new[name] != nil && number(new[name]) == nil { return false }
    for name in ["events", "notifications", "users"] {
      guard let value = new[name] else { continue }
      guard case .object(let map) = value, !map.members.contains(where: { number($0.value) == nil }) else {
        return false
      }
      if name == "users", map.members.contains(where: { UserID($0.key) == nil }) { return false }
    }
    // 9.4.
    guard let old = levels else { return true }
    let power = power(sender)
    // 9.5.
    for name in names where number(old[name]) != number(new[name]) {
      if let value = number(old[name]), value > power { return false }
      if let value = number(new[name]), value > power { return false }
    }
    // 9.6 to 9.9.
    for name in ["events", "notifications", "users"] {
      let (before, after) = (flat(old[name]), flat(new[name]))
      for (key, value) in before where after[key] != value {
        if name == "users", key == sender { continue }
        if name == "users" ? value >= power : value > power { return false }
      }
      for (key, value) in after where before[key] != value && value > power { return false }
    }
    return true
  }

  private func flat(_ value: CanonicalJSON?) -> [String: Int64] {
    guard case .object(let map)? = value else { return [:] }
    return Dictionary(
      uniqueKeysWithValues: map.members.compactMap { member in
        number(member.value).map { (member.key, $0) }
      })
  }
}
