internal import MatrixWire
internal import RoomCore

/// What a command is about: no other may be, while it is stored.
extension RoomCommand {
  /// The rooms it names by their IDs.
  var rooms: [RoomID] {
    switch action {
    case .create(let creation): [creation.room]
    case .join(.id(let room), _, _), .knock(.id(let room), _, _): [room]
    case .join, .knock, .removeAlias: []
    case .leave(let room, _), .forget(let room), .invite(let room, _), .kick(let room, _), .ban(let room, _),
      .unban(let room, _), .setState(let room, _, _, _), .send(let room, _, _), .setAlias(_, let room),
      .setListed(let room, _), .setReceipt(let room, _), .setReadMarker(let room, _, _),
      .setAccountData(let room, _, _), .setTag(let room, _, _):
      [room]
    case .redact(let event, _): [event.room]
    case .setProfile(_, let rooms): rooms
    }
  }

  /// The aliases it names.
  func aliases(on server: ServerName) -> [RoomAlias] {
    switch action {
    case .create(let creation):
      creation.aliasLocalpart.flatMap { RoomAlias(localpart: $0, server: server) }.map { [$0] } ?? []
    case .join(.alias(let alias), _, _), .knock(.alias(let alias), _, _), .setAlias(let alias, _),
      .removeAlias(let alias):
      [alias]
    default: []
    }
  }
}
