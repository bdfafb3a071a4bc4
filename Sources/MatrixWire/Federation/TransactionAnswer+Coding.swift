extension TransactionAnswer {
  /// The canonical bytes of the body, people's states in the words of its reader.
  public func body(for reader: PeerVocabulary) -> [UInt8] {
    var writer = JSONWriter()
    writer.open()
    if let answer {
      writer.key(FederationKey.answer)
      answer.write(to: &writer, for: reader)
    }
    writer.integer(FederationKey.behind, behind)
    writer.integer(FederationKey.epoch, epoch)
    writer.key("pdus")
    writer.open()
    for (event, problem) in pdus.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
      writer.foreignKey(event)
      writer.open()
      writer.field("error", problem)
      writer.close()
    }
    writer.close()
    writer.close()
    return writer.bytes
  }

  /// Reads the body of a 200. The status says that the transaction was taken; a body that makes no sense says
  /// nothing beyond that.
  public init(body: [UInt8]) {
    self.init()
    guard let value = try? CanonicalJSON(received: body) else { return }
    if let content = value[FederationKey.answer], case .object = content { answer = PresenceEDU(content) }
    epoch = value[FederationKey.epoch]?.count
    behind = value[FederationKey.behind]?.count
    guard case .object(let results) = value["pdus"] else { return }
    for result in results.members { pdus[result.key] = result.value["error"]?.text }
  }
}
