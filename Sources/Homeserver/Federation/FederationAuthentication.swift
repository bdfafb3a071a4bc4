internal import MatrixWire
internal import Ports

/// From a request to the server that signed it (Protocol 6.2).
struct FederationAuthentication: Sendable {
  /// A request whose signature holds.
  struct Signed: Hashable, Sendable {
    var origin: ServerName
    /// The body as it was signed; nil where there is none.
    var body: CanonicalJSON?
  }

  let server: ServerName
  let keys: KeyService
  let verifier: any SignatureVerifier
  /// Told whose requests were refused, and why.
  var refused: @Sendable (ServerName, String) -> Void = { _, _ in }

  /// A request is signed with few keys at a time, and every one may have to be asked for.
  private static let mostSignatures = 4

  /// Whose request it is. One good signature is enough.
  ///
  /// - Throws: 401 without a signature, for another server's request, for a key its server does not have, for a
  ///   signature that does not hold; 400 where the header or the body is malformed; 503 where too many servers'
  ///   keys are being asked for.
  func authenticate(_ request: WireRequest) async throws(APIError) -> Signed {
    let headers = try headers(of: request)
    guard let origin = headers.first?.origin else {
      throw APIError(401, .unauthorized, "Requests between servers are signed: there is no X-Matrix header.")
    }
    var parsed: Result<CanonicalJSON?, APIError>?
    var last = APIError(401, .unauthorized, "The request is signed with no key of a known kind.")
    for header in headers {
      guard let id = KeyID(header.key) else { continue }
      do throws(APIError) {
        let key = try await keys.key(id, of: origin)
        // Not before a key is known, and once.
        let result = parsed ?? Result { () throws(APIError) in try self.body(of: request) }
        parsed = result
        let body = try result.get()
        let content = body?.bytes ?? []
        let message = SignedRequest.bytes(of: request, from: origin, to: server, content: content)
        if verifier.isValid(header.signature, of: message, by: key) {
          return Signed(origin: origin, body: body)
        }
        last = APIError(401, .unauthorized, "The signature by \(id) of \(origin) does not hold.")
        refused(origin, "its signature does not hold")
      } catch {
        last = error
      }
    }
    throw last
  }

  /// The server a request says it is of, before its body is there to prove it; nil where it can be proved of none.
  func claimedOrigin(of request: WireRequest) -> ServerName? {
    guard (1...Self.mostSignatures).contains(request.signatures.count) else { return nil }
    var claimed: ServerName?
    for text in request.signatures {
      guard let header = XMatrixAuthorization(text), header.origin == claimed ?? header.origin,
        header.destination ?? server == server, header.origin != server
      else { return nil }
      claimed = header.origin
    }
    return claimed
  }

  /// All by the same server, all for this one.
  private func headers(of request: WireRequest) throws(APIError) -> [XMatrixAuthorization] {
    guard request.signatures.count <= Self.mostSignatures else {
      throw APIError(400, .unauthorized, "A request takes no more than \(Self.mostSignatures) signatures.")
    }
    var headers: [XMatrixAuthorization] = []
    for text in request.signatures {
      guard let header = XMatrixAuthorization(text) else {
        throw APIError(400, .unauthorized, "The X-Matrix header is malformed.")
      }
      guard header.origin == headers.first?.origin ?? header.origin else {
        throw APIError(400, .unauthorized, "The signatures are by different servers.")
      }
      // Older servers do not say for whom it is; it is under the signature in any case.
      guard header.destination ?? server == server else {
        refused(header.origin, "it is for another server")
        throw APIError(401, .unauthorized, "The request is for another server; this is \(server).")
      }
      guard header.origin != server else {
        throw APIError(401, .unauthorized, "This server sends no requests to itself.")
      }
      headers.append(header)
    }
    return headers
  }

  private func body(of request: WireRequest) throws(APIError) -> CanonicalJSON? {
    guard !request.body.isEmpty else { return nil }
    do throws(MatrixError) {
      return try CanonicalJSON(received: request.body)
    } catch {
      throw APIError(error)
    }
  }
}
