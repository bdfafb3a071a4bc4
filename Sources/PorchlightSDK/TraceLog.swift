internal import MatrixWire
internal import Ports

/// The last trace of each user in the rooms it is told of. A value: `apply` takes the rooms of an answer to `/sync` and says
/// whose trace is another one now.
struct TraceLog: Hashable, Sendable {
  private let owner: UserID
  private(set) var traces: [UserID: Trace] = [:]
  /// Who types in which room.
  private var typing: [RoomID: Set<UserID>] = [:]

  init(of owner: UserID) { self.owner = owner }

  /// Takes news of rooms.
  ///
  /// - Parameters:
  ///   - rooms: what passed in them.
  ///   - isComplete: whether nobody types in a room of which that is not said.
  ///   - now: when it was heard of; nothing is later.
  /// - Returns: the traces that are other ones now.
  mutating func apply(_ rooms: RoomsUpdate, isComplete: Bool = false, at now: Moment) -> [UserID: Trace] {
    let before = traces
    let silent = isComplete ? typing.keys.filter { !rooms.tellTyping($0) } : []
    for (room, update) in rooms.joined {
      for event in update.timeline { take(event, at: now) }
      for event in update.ephemeral {
        switch event {
        case .typing(let users): take(Set(users).subtracting([owner]), in: room, at: now)
        case .receipts(let receipts):
          for receipt in receipts where receipt.type == .read {
            if let time = receipt.timestamp { add(.read, by: receipt.user, at: time, now) }
          }
        case .unrecognized: break
        }
      }
    }
    for room in silent + rooms.left.keys { take([], in: room, at: now) }
    return traces.filter { before[$0.key] != $0.value }
  }

  /// Looks at no other rooms than these any more: who typed elsewhere is not seen to stop.
  ///
  /// - Returns: the traces that are other ones now.
  mutating func keep(_ rooms: Set<RoomID>, at now: Moment) -> [UserID: Trace] {
    let before = traces
    for room in typing.keys where !rooms.contains(room) { take([], in: room, at: now) }
    return traces.filter { before[$0.key] != $0.value }
  }

  private mutating func take(_ event: RoomEvent, at now: Moment) {
    let time = event.age.map { now.wall.milliseconds - Int64($0) } ?? event.originServerTimestamp
    guard let time else { return }
    if case .member(let user, let content) = event.content {
      guard user == event.sender, content.membership == .join else { return }
      add(event.previousMembership == .join ? .changedProfile : .joined, by: user, at: time, now)
    } else {
      add(.wrote, by: event.sender, at: time, now)
    }
  }

  private mutating func take(_ users: Set<UserID>, in room: RoomID, at now: Moment) {
    let before = typing[room] ?? []
    typing[room] = users.isEmpty ? nil : users
    for user in users where traces[user]?.isNow != true {
      traces[user] = Trace(.typed, at: now, isNow: true)
    }
    for user in before.subtracting(users) where !typing.values.contains(where: { $0.contains(user) }) {
      // What they wrote meanwhile is told already.
      if traces[user]?.isNow == true { traces[user] = Trace(.typed, at: now) }
    }
  }

  private mutating func add(_ act: Trace.Act, by user: UserID, at time: Int64, _ now: Moment) {
    guard user != owner else { return }
    let time = min(time, now.wall.milliseconds)
    if let last = traces[user] {
      // Who types is shown so until they stop, or have written.
      guard last.isNow ? act == .wrote : last.at.wall.milliseconds < time else { return }
    }
    let ago = Duration.milliseconds(now.wall.milliseconds - time)
    traces[user] = Trace(act, at: Moment(instant: now.instant - ago, wall: WallTime(milliseconds: time)))
  }
}

extension RoomsUpdate {
  /// Whether it says who types in a room.
  fileprivate func tellTyping(_ room: RoomID) -> Bool {
    joined[room]?.ephemeral.contains { if case .typing = $0 { true } else { false } } ?? false
  }
}
