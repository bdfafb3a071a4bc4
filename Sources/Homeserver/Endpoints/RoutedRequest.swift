internal import MatrixWire
internal import RoomCore

/// A request that has found its endpoint: how it was asked, what its path names, and who asks.
struct RoutedRequest: Sendable {
  let wire: WireRequest
  let version: APIVersion
  let requester: Requester
  private let names: PathNames
  /// What the request proved itself with; nil where the endpoint asks for no session.
  var token: TokenRecord?

  init(_ wire: WireRequest, _ version: APIVersion, from requester: Requester, naming names: PathNames) {
    (self.wire, self.version, self.requester, self.names) = (wire, version, requester, names)
  }

  var body: [UInt8] { wire.body }

  /// The token of the session, where the endpoint asks for one.
  var provenToken: TokenRecord {
    get throws(APIError) {
      guard let token else { throw Self.mismatch }
      return token
    }
  }

  /// Whose session it is.
  var device: Device {
    get throws(APIError) {
      let token = try provenToken
      return Device(user: token.user, id: token.device)
    }
  }

  // MARK: The path

  /// The user whom the path names; the same for the others.
  var user: UserID { get throws(APIError) { try named(names.user) } }
  var namedDevice: DeviceID { get throws(APIError) { try named(names.device) } }
  var server: ServerName { get throws(APIError) { try named(names.server) } }
  var room: RoomID { get throws(APIError) { try named(names.room) } }
  var event: EventID { get throws(APIError) { try named(names.event) } }
  var alias: RoomAlias { get throws(APIError) { try named(names.alias) } }
  /// A room by its ID or by an alias.
  var reference: RoomCommand.Reference { get throws(APIError) { try named(names.reference) } }
  var text: String { get throws(APIError) { try named(names.text) } }
  /// Empty where the path has none.
  var stateKey: String { names.stateKey ?? "" }

  /// What the same request sent again has in common with this one; nil where the path has no transaction ID.
  ///
  /// The endpoint is the rest of the path, whatever the version (Matrix specification, client-server API, "Transaction
  /// identifiers").
  var transaction: TransactionKey? {
    get throws(APIError) {
      guard let id = names.transaction else { return nil }
      let device = try device
      let path = wire.path.dropFirst(version == .v1 ? 4 : 3).dropLast()
      return TransactionKey(
        user: device.user, device: device.id,
        endpoint: path.map(PercentEncoding.encode).joined(separator: "/"), id: id)
    }
  }

  /// How events are written in that version.
  var eventForm: EventForm { version == .v1 ? .v1 : .withRoom }

  private func named<Name>(_ name: Name?) throws(APIError) -> Name {
    guard let name else { throw Self.mismatch }
    return name
  }

  /// A row of the table that names or asks for less than its handler reads; `EndpointTableTests` asks every row.
  private static let mismatch = APIError(500, .unknown, "The server failed to answer.")
}
