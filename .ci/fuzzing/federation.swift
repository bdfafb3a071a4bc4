/// What other servers send: refused with one of four codes, or written canonically and read back the same.
func fuzzFederation(_ bytes: [UInt8]) {
  if let header = XMatrixAuthorization(shown(bytes)) {
    hold(XMatrixAuthorization(header.header) == header, "a header was changed: \(header)")
  }
  let answer = TransactionAnswer(body: bytes)
  let answered = answer.body(for: .exact)
  hold((try? CanonicalJSON(parsing: answered))?.bytes == answered, "an answer is not canonical")
  hold(TransactionAnswer(body: answered) == answer, "an answer was changed: \(answer)")
  if let keys = try? ServerKeys(body: bytes) {
    hold((try? ServerKeys(body: keys.body)) == keys, "a key document was changed: \(keys)")
  }
  do throws(MatrixError) {
    let body = try CanonicalJSON(received: bytes)
    guard let origin = body["origin"]?.text.flatMap({ ServerName($0) }) else { return }
    var transaction = try Transaction(id: "x", signedBy: origin, body: body)
    // Nobody sends what is of no known shape: its content is not kept.
    transaction.edus.removeAll { if case .other = $0 { true } else { false } }
    let written = transaction.body(for: .exact)
    let canonical = try CanonicalJSON(received: written)
    hold(canonical.bytes == written, "a transaction is not canonical: \(transaction)")
    let again = try Transaction(id: "x", signedBy: origin, body: canonical)
    hold(again == transaction, "a transaction was changed: \(transaction)")
  } catch {
    let codes: [ErrorCode] = [.notJSON, .badJSON, .missingParameter, .tooLarge]
    hold(codes.contains(error.code) && !error.message.isEmpty, "refused with \(error)")
  }
}
