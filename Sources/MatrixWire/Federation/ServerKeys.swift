/// `GET /_matrix/key/v2/server` (Protocol 6.3): what a server's signatures are verified with.
public struct ServerKeys: Hashable, Sendable {
  /// A key that signs no more.
  public struct OldKey: Hashable, Sendable {
    public var key: [UInt8]
    /// Milliseconds since 1970.
    public var expired: Int64

    public init(key: [UInt8], expired: Int64) {
      self.key = key
      self.expired = expired
    }
  }

  /// The most keys of each kind a document may have.
  public static let mostKeys = 32

  public let server: ServerName
  public let verifyKeys: [KeyID: [UInt8]]
  public let oldVerifyKeys: [KeyID: OldKey]
  /// Milliseconds since 1970.
  public let validUntil: Int64
  /// By this server's keys; over `signedBytes`.
  public var signatures: [KeyID: [UInt8]] = [:]
  /// The document but for its signatures, with everything else its server put in.
  private let document: CanonicalJSON

  public init(
    server: ServerName, verifyKeys: [KeyID: [UInt8]], oldVerifyKeys: [KeyID: OldKey] = [:], validUntil: Int64
  ) {
    self.server = server
    self.verifyKeys = verifyKeys
    self.oldVerifyKeys = oldVerifyKeys
    self.validUntil = validUntil
    var object = CanonicalJSON.Object()
    object["server_name"] = .string(server.rawValue)
    object["verify_keys"] = .object(Self.object(verifyKeys) { .object(Self.key($0)) })
    object["old_verify_keys"] = .object(
      Self.object(oldVerifyKeys) { old in
        var fields = Self.key(old.key)
        fields["expired_ts"] = .integer(old.expired)
        return .object(fields)
      })
    object["valid_until_ts"] = .integer(validUntil)
    document = .object(object)
  }

  /// What the signatures are over.
  public var signedBytes: [UInt8] { document.bytes }

  /// The canonical bytes of the document, signatures and all.
  public var body: [UInt8] { body(with: [:]) }

  /// The canonical bytes of the document with its signatures, and those of a notary beside them.
  ///
  /// - Parameter notaries: signatures over `signedBytes` by other servers' keys.
  /// - Returns: the bytes.
  public func body(with notaries: [ServerName: [KeyID: [UInt8]]]) -> [UInt8] {
    var signed = document
    var byServer = CanonicalJSON.Object()
    for (server, signatures) in notaries.merging([server: signatures], uniquingKeysWith: { $1 }) {
      byServer[server.rawValue] = .object(
        Self.object(signatures) { .string(UnpaddedBase64.encode($0)) })
    }
    signed["signatures"] = .object(byServer)
    return signed.bytes
  }

  /// Reads what a server answered. Nothing is verified here.
  ///
  /// - Throws: why it is no such document.
  public init(body: [UInt8]) throws(MatrixError) {
    var value = try CanonicalJSON(received: body)
    guard let name = value["server_name"]?.text.flatMap({ ServerName($0) }),
      let until = value["valid_until_ts"]?.count
    else { throw MatrixError(.badJSON, "A key document needs 'server_name' and 'valid_until_ts'.") }
    server = name
    validUntil = until
    verifyKeys = try Self.keys(value, "verify_keys") { Self.bytes($0["key"]) }
    oldVerifyKeys = try Self.keys(value, "old_verify_keys") { old in
      guard let key = Self.bytes(old["key"]), let expired = old["expired_ts"]?.count else { return nil }
      return OldKey(key: key, expired: expired)
    }
    signatures = try Self.keys(value["signatures"] ?? .null, name.rawValue, Self.bytes)
    value["signatures"] = nil
    value["unsigned"] = nil
    document = value
  }

  // MARK: Parts

  private static func key(_ bytes: [UInt8]) -> CanonicalJSON.Object {
    var fields = CanonicalJSON.Object()
    fields["key"] = .string(UnpaddedBase64.encode(bytes))
    return fields
  }

  private static func object<Value>(
    _ keys: [KeyID: Value], _ value: (Value) -> CanonicalJSON
  ) -> CanonicalJSON.Object {
    var object = CanonicalJSON.Object()
    for (id, key) in keys { object[id.rawValue] = value(key) }
    return object
  }

  private static func bytes(_ value: CanonicalJSON?) -> [UInt8]? {
    value?.text.flatMap { UnpaddedBase64.decode($0) }
  }

  /// Keys of other algorithms and malformed ones are passed over.
  private static func keys<Value>(
    _ value: CanonicalJSON, _ name: String, _ read: (CanonicalJSON) -> Value?
  ) throws(MatrixError) -> [KeyID: Value] {
    guard case .object(let object) = value[name] else { return [:] }
    guard object.members.count <= mostKeys else {
      throw MatrixError(.tooLarge, "A key document takes no more than \(mostKeys) keys at '\(name)'.")
    }
    var keys: [KeyID: Value] = [:]
    for member in object.members {
      if let id = KeyID(member.key), let value = read(member.value) { keys[id] = value }
    }
    return keys
  }
}
