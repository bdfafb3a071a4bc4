public import MatrixWire
public import Ports

/// Objects that carry signatures over their canonical form (Matrix specification, appendices, "Signing JSON").
public enum SignedJSON {
  /// The object with a signature more. Signatures it has already stay.
  ///
  /// - Parameters:
  ///   - object: what is signed, but for its `signatures` and `unsigned`.
  ///   - server: in whose name.
  ///   - signer: its key.
  /// - Returns: the signed object; what is no object comes back as it was.
  /// - Throws: where the machine cannot compute it.
  public static func sign(
    _ object: CanonicalJSON, as server: ServerName, with signer: some RequestSigner
  ) throws -> CanonicalJSON {
    guard case .object = object else { return object }
    let signature = try signer.signature(of: object.signedBytes)
    var own = fields(object["signatures"]?[server.rawValue])
    own[signer.keyID.rawValue] = .string(UnpaddedBase64.encode(signature))
    var all = fields(object["signatures"])
    all[server.rawValue] = .object(own)
    var signed = object
    signed["signatures"] = .object(all)
    return signed
  }

  /// Whether an object bears a server's signature by a key.
  public static func verify(
    _ object: CanonicalJSON, by server: ServerName, _ keyID: KeyID, key: [UInt8],
    with verifier: some SignatureVerifier = SigningKeyVerifier()
  ) -> Bool {
    guard case .string(let text) = object["signatures"]?[server.rawValue]?[keyID.rawValue],
      let signature = UnpaddedBase64.decode(text)
    else { return false }
    return verifier.isValid(signature, of: object.signedBytes, by: key)
  }

  private static func fields(_ value: CanonicalJSON?) -> CanonicalJSON.Object {
    guard case .object(let object) = value else { return .init() }
    return object
  }
}
