/// What a notary is asked: the keys of servers, as `POST /_matrix/key/v2/query` has it (Matrix server-server API,
/// "Querying keys through another server").
public struct KeyQuery: Hashable, Sendable {
  public struct Wish: Hashable, Sendable {
    public var server: ServerName
    /// Until when the keys have to be valid, in milliseconds since 1970; 0 is now.
    public var validUntil: Int64

    public init(server: ServerName, validUntil: Int64 = 0) {
      self.server = server
      self.validUntil = validUntil
    }
  }

  /// The most servers one query may name.
  public static let mostServers = 100

  public let wishes: [Wish]

  public init(_ wishes: [Wish]) { self.wishes = wishes }

  /// Reads `{"server_keys":{"example.org":{"ed25519:1":{"minimum_valid_until_ts":1}}}}`. Which keys are meant makes no
  /// difference: documents are handed on whole. Names that no server can have are passed over.
  ///
  /// - Throws: `M_NOT_JSON`, `M_BAD_JSON`, `M_MISSING_PARAM`, or `M_TOO_LARGE` for too many servers.
  public init(body: [UInt8]) throws(MatrixError) {
    guard let value = try CanonicalJSON(received: body)["server_keys"] else {
      throw MatrixError(.missingParameter, "Missing field 'server_keys'.")
    }
    guard case .object(let servers) = value else {
      throw MatrixError(.badJSON, "Wrong type at 'server_keys': an object by the names of servers.")
    }
    guard servers.members.count <= Self.mostServers else {
      throw MatrixError(.tooLarge, "One query may name \(Self.mostServers) servers at most.")
    }
    wishes = servers.members.compactMap { member in
      guard let server = ServerName(member.key) else { return nil }
      var validUntil: Int64 = 0
      if case .object(let keys) = member.value {
        validUntil = keys.members.compactMap { $0.value["minimum_valid_until_ts"]?.count }.max() ?? 0
      }
      return Wish(server: server, validUntil: validUntil)
    }
  }

  /// The answer of a notary.
  ///
  /// - Parameter documents: what servers say of their keys, signed by them and by the notary.
  /// - Returns: the body.
  public static func answer(_ documents: [[UInt8]]) -> [UInt8] {
    var writer = JSONWriter()
    writer.open()
    writer.key("server_keys")
    writer.openArray()
    for document in documents {
      writer.element()
      writer.raw(document)
    }
    writer.closeArray()
    writer.close()
    return writer.bytes
  }
}
