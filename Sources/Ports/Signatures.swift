public import MatrixWire

/// Signs in the name of a server, with one key.
public protocol RequestSigner: Sendable {
  /// Which key it is.
  var keyID: KeyID { get }

  /// What the signatures are verified with.
  var publicKey: [UInt8] { get }

  /// - Throws: where the machine cannot compute it.
  func signature(of message: [UInt8]) throws -> [UInt8]
}

/// Verifies signatures by `ed25519:` keys.
public protocol SignatureVerifier: Sendable {
  /// Whether a key made a signature; false too for what is no key or no signature.
  func isValid(_ signature: [UInt8], of message: [UInt8], by key: [UInt8]) -> Bool
}

extension RequestSigner {
  /// The request with a signature more. Its body has to be canonical JSON already: it is signed as it is sent,
  /// and not read here.
  ///
  /// - Parameters:
  ///   - request: as it will be sent.
  ///   - origin: in whose name.
  ///   - destination: the server asked, by the name before any delegation.
  /// - Returns: the signed request.
  /// - Throws: where the machine cannot compute it.
  public func signed(
    _ request: WireRequest, from origin: ServerName, to destination: ServerName
  ) throws -> WireRequest {
    let message = SignedRequest.bytes(of: request, from: origin, to: destination, content: request.body)
    let authorization = XMatrixAuthorization(
      origin: origin, destination: destination, key: keyID.rawValue, signature: try signature(of: message))
    var request = request
    request.signatures.append(authorization.header)
    return request
  }

  /// The document that says which key this is.
  ///
  /// - Parameters:
  ///   - server: whose key it is.
  ///   - validUntil: in milliseconds since 1970.
  /// - Returns: the document, signed with the key.
  /// - Throws: where the machine cannot compute it.
  public func document(of server: ServerName, validUntil: Int64) throws -> ServerKeys {
    var keys = ServerKeys(server: server, verifyKeys: [keyID: publicKey], validUntil: validUntil)
    keys.signatures[keyID] = try signature(of: keys.signedBytes)
    return keys
  }
}

extension SignatureVerifier {
  /// Whether a key document is signed by one of the keys it names, and nothing that claims to be is not.
  public func isSelfSigned(_ keys: ServerKeys) -> Bool {
    let message = keys.signedBytes
    var isSigned = false
    for (id, signature) in keys.signatures {
      guard let key = keys.verifyKeys[id] else { continue }
      guard isValid(signature, of: message, by: key) else { return false }
      isSigned = true
    }
    return isSigned
  }
}
