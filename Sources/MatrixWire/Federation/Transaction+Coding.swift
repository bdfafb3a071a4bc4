extension Transaction {
  /// The canonical bytes of the body, which are what is signed, people's states in the words of its reader.
  ///
  /// The id is in the path.
  public func body(for reader: PeerVocabulary) -> [UInt8] {
    var writer = JSONWriter()
    writer.open()
    if let order {
      writer.key(FederationKey.order)
      writer.open()
      writer.integer("epoch", order.epoch)
      writer.integer("number", order.number)
      writer.close()
    }
    writer.key("edus")
    writer.openArray()
    for edu in edus {
      writer.element()
      edu.write(to: &writer, for: reader)
    }
    writer.closeArray()
    writer.field("origin", origin.rawValue)
    writer.integer("origin_server_ts", sentAt)
    writer.key("pdus")
    writer.openArray()
    for pdu in pdus {
      writer.element()
      writer.open()
      writer.field("event_id", pdu)
      writer.close()
    }
    writer.closeArray()
    writer.close()
    return writer.bytes
  }

  /// Reads a body whose signature has been verified.
  ///
  /// EDUs of an unknown type or shape become `.other`, items without a person or a state are left out, and events of
  /// rooms are known by the IDs they carry, if any.
  ///
  /// - Parameters:
  ///   - id: as the path had it.
  ///   - signer: whose signature the request bears.
  ///   - body: what was signed.
  /// - Throws: `M_BAD_JSON` or `M_MISSING_PARAM` for what is no transaction, or one of another server's than
  ///   `signer`; `M_TOO_LARGE` where it holds more than a transaction may.
  public init(id: String, signedBy signer: ServerName, body: CanonicalJSON) throws(MatrixError) {
    guard case .object = body else { throw MatrixError(.badJSON, "The body is not a JSON object.") }
    guard let origin = try Self.required("origin", in: body).text.flatMap({ ServerName($0) }) else {
      throw MatrixError(.badJSON, "Wrong value at 'origin'.")
    }
    guard origin == signer else {
      throw MatrixError(.badJSON, "The transaction is \(origin)'s, its signature is \(signer)'s.")
    }
    let pdus = try Self.elements(try Self.required("pdus", in: body), "pdus", most: Self.mostPDUs)
    let found = body["edus"].map { isNull($0) ? .array([]) : $0 } ?? .array([])
    var edus: [EDU] = []
    for edu in try Self.elements(found, "edus", most: Self.mostEDUs) { edus.append(try EDU(edu)) }
    self.init(
      id: id, origin: origin, sentAt: body["origin_server_ts"]?.count ?? 0, edus: edus,
      order: body[FederationKey.order].flatMap { Order($0) })
    self.pdus = pdus.compactMap { $0["event_id"]?.text }
  }

  private static func required(
    _ key: String, in body: CanonicalJSON
  ) throws(MatrixError) -> CanonicalJSON {
    guard let value = body[key] else { throw MatrixError(.missingParameter, "Missing field '\(key)'.") }
    return value
  }

  private static func elements(
    _ value: CanonicalJSON, _ key: String, most: Int
  ) throws(MatrixError) -> [CanonicalJSON] {
    guard let elements = value.elements else { throw MatrixError(.badJSON, "Wrong type at '\(key)'.") }
    guard elements.count <= most else {
      throw MatrixError(.tooLarge, "A transaction takes no more than \(most) \(key).")
    }
    return elements
  }
}

private func isNull(_ value: CanonicalJSON) -> Bool {
  if case .null = value { true } else { false }
}

extension Transaction.Order {
  fileprivate init?(_ value: CanonicalJSON) {
    guard let epoch = value["epoch"]?.count, let number = value["number"]?.count else { return nil }
    self.init(epoch: epoch, number: number)
  }
}
