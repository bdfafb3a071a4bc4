public import MatrixWire

// Users, servers and devices whose names a test writes itself: one that is malformed is a mistake of the test.

public let here = server("porch.example")
public let far = server("far.example")
public let ann = person("ann")
public let bob = person("bob")
public let cem = person("cem")

public func server(_ name: String) -> ServerName {
  guard let server = ServerName(name) else { preconditionFailure("'\(name)' is no server name") }
  return server
}

public func person(_ name: String, on server: ServerName = here) -> UserID {
  guard let user = UserID(localpart: name, server: server) else {
    preconditionFailure("'\(name)' is no localpart")
  }
  return user
}

public func device(_ name: String) -> DeviceID {
  guard let device = DeviceID(name) else { preconditionFailure("'\(name)' is no device") }
  return device
}
