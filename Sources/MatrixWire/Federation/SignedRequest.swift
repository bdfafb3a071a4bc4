/// What the signature of a request between servers is over (Protocol 6.2).
public enum SignedRequest {
  /// The canonical bytes of method, target, both servers and content.
  ///
  /// - Parameters:
  ///   - request: whose `signedTarget` is taken; its body is not.
  ///   - origin: who signs.
  ///   - destination: who is asked, by the name before any delegation.
  ///   - content: the body, canonical already, for it is taken as it is; empty where there is none.
  /// - Returns: the bytes to sign or to verify.
  public static func bytes(
    of request: WireRequest, from origin: ServerName, to destination: ServerName, content: [UInt8]
  ) -> [UInt8] {
    var writer = JSONWriter()
    writer.open()
    if !content.isEmpty {
      writer.key("content")
      writer.raw(content)
    }
    writer.field("destination", destination.rawValue)
    writer.field("method", request.method.rawValue)
    writer.field("origin", origin.rawValue)
    writer.field("uri", request.signedTarget)
    writer.close()
    return writer.bytes
  }
}

extension CanonicalJSON {
  /// What the signatures of a signed object are over: the object without them, and without what is not signed.
  public var signedBytes: [UInt8] {
    var signed = self
    signed["signatures"] = nil
    signed["unsigned"] = nil
    return signed.bytes
  }
}
