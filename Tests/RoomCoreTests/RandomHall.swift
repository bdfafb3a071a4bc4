import MatrixWire
import Ports
import RoomCore
import TestNames

/// Random commands of five users; most of them are allowed.
struct RandomHall {
  var hall: Hall
  private var random: SeededGenerator
  private(set) var rooms: [RoomID] = []
  private(set) var refused = 0
  private static let users = ["ann", "bob", "cem", "dan", "eve"].map { person($0) }

  init(seed: UInt64, sharing: PresenceSharing) {
    hall = Hall(sharing: sharing)
    random = SeededGenerator(seed: seed)
  }

  static var everybody: [UserID] { users }

  private mutating func pick<Value>(_ values: [Value]) -> Value {
    values[Int.random(in: values.indices, using: &random)]
  }

  private mutating func happens(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }

  mutating func step() {
    let user = pick(Self.users)
    guard !rooms.isEmpty, !happens(5) else { return create(by: user) }
    let (room, other) = (pick(rooms), pick(Self.users))
    let action: RoomCommand.Action
    switch Int.random(in: 0..<16, using: &random) {
    case 0, 1, 2: action = .join(.id(room), profile: Profile(displayName: "\(user.localpart)"), content: [:])
    case 3: action = .leave(room, content: ["reason": "late"])
    case 4: action = .invite(room, .init(other))
    case 5: action = pick([.kick(room, .init(other)), .ban(room, .init(other)), .unban(room, .init(other))])
    case 6: action = .forget(room)
    case 7:
      let says = pick(["suggest", "forbid", "nothing"])
      let key = StateKey(RoomEventType.presenceSharing)
      action = .setState(room, key, content: ["presence_sharing": .string(says)], profile: nil)
    case 8:
      let rule = pick(["public", "invite", "knock"])
      action = .setState(
        room, StateKey("m.room.join_rules"), content: ["join_rule": .string(rule)], profile: nil)
    case 9:
      action = pick([
        .setAlias(alias(String(other.localpart)), room), .removeAlias(alias(String(other.localpart))),
      ])
    case 10:
      action = .setProfile(
        Profile(displayName: pick(["one", "two", "three"])), rooms: hall.index.joinedRooms(of: user))
    case 11:
      action = pick([
        .setListed(room, happens(50)),
        .setTag(room, pick(["a", "b"]), body: happens(70) ? Array("{}".utf8) : nil),
      ])
    case 12: action = .setAccountData(room, type: pick(["x", "y"]), content: Array("{}".utf8))
    case 13:
      guard let event = someEvent(of: room) else { return }
      let kind = pick(RoomReceipt.Kind.allCases)
      action = .setReceipt(
        room,
        RoomReceipt(
          user: user, kind: kind, event: event.id, eventPosition: event.position, timestamp: hall.now.wall))
    case 14:
      guard let event = someEvent(of: room) else { return }
      action = .redact(event, reason: nil)
    default: action = .send(room, type: "m.room.message", content: ["body": "hello"])
    }
    run(action, by: user)
  }

  private mutating func create(by user: UserID) {
    var creation = RoomCreation(
      roomID("room\(rooms.count)"), profile: Profile(displayName: "\(user.localpart)"))
    creation.preset = pick(RoomCreation.Preset.allCases)
    creation.invites = [.init(pick(Self.users))]
    rooms.append(creation.room)
    run(.create(creation), by: user)
  }

  private mutating func someEvent(of room: RoomID) -> PDU? {
    let events = hall.stored.timeline(TimelinePage(room, TimelineRange(), .forward, limit: .max))
    return events.isEmpty ? nil : pick(events).event
  }

  private mutating func run(_ action: RoomCommand.Action, by user: UserID) {
    var transaction: TransactionKey?
    if case .send = action {
      transaction = TransactionKey(
        user: user, device: device("tty"), endpoint: "send", id: "\(Int.random(in: 0..<400, using: &random))")
    }
    do { try hall.run(action, by: user, transaction: transaction) } catch { refused += 1 }
  }
}
