import MatrixWire
import Ports
import RoomCore
import Testing

let here = server("porch.example")
let ann = person("ann")
let bob = person("bob")
let cem = person("cem")
let dan = person("dan")
let far = server("far.example")

func server(_ name: String) -> ServerName {
  guard let server = ServerName(name) else { preconditionFailure("'\(name)' is no server name") }
  return server
}

func person(_ name: String, on server: ServerName = here) -> UserID {
  guard let user = UserID(localpart: name, server: server) else {
    preconditionFailure("'\(name)' is no localpart")
  }
  return user
}

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

func device(_ name: String) -> DeviceID {
  guard let device = DeviceID(name) else { preconditionFailure("'\(name)' is no device") }
  return device
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
