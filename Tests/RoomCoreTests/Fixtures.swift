import MatrixWire
import Ports
import RoomCore
import TestNames
import Testing

let dan = person("dan")

func roomID(_ name: String, on server: ServerName = here) -> RoomID {
  guard let room = RoomID("!\(name):\(server)") else { preconditionFailure("'\(name)' names no room") }
  return room
}

func alias(_ name: String, on server: ServerName = here) -> RoomAlias {
  guard let alias = RoomAlias(localpart: name, server: server) else {
    preconditionFailure("'\(name)' is no alias")
  }
  return alias
}

/// The members of a JSON object, any numbers in it.
func object(_ text: String) -> CanonicalJSON.Object {
  guard let object = (try? CanonicalJSON(received: Array(text.utf8)))?.object else {
    preconditionFailure("'\(text)' is no JSON object")
  }
  return object
}

func json(_ content: [UInt8]) -> String { String(decoding: content, as: UTF8.self) }

func json(_ content: CanonicalJSON.Object) -> String { json(CanonicalJSON.object(content).bytes) }

let start = Moment(instant: .origin + .seconds(1_000_000), wall: WallTime(milliseconds: 1_700_000_000_000))

extension Moment {
  func later(_ seconds: Int) -> Moment {
    Moment(
      instant: instant + .seconds(seconds),
      wall: WallTime(milliseconds: wall.milliseconds + Int64(seconds) * 1000))
  }
}
