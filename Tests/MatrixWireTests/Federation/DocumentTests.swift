import MatrixWire
import Testing

/// Key documents, well-known, version (Protocol 6.3).
struct DocumentTests {
  private let red = RandomTransactions.red

  private func id(_ text: String) throws -> KeyID { try #require(KeyID(text)) }

  @Test func aKeyDocumentIsReadAsItWasWritten() throws {
    let one = try id("ed25519:a_1")
    var keys = ServerKeys(
      server: red, verifyKeys: [one: [1, 2, 3]],
      oldVerifyKeys: [try id("ed25519:0"): .init(key: [4], expired: 5)], validUntil: 6)
    let signed =
      #"{"old_verify_keys":{"ed25519:0":{"expired_ts":5,"key":"BA"}},"server_name":"red.example","#
      + #""valid_until_ts":6,"verify_keys":{"ed25519:a_1":{"key":"AQID"}}}"#
    #expect(String(decoding: keys.signedBytes, as: UTF8.self) == signed)
    keys.signatures[one] = [7, 8]
    let signatures = #""signatures":{"red.example":{"ed25519:a_1":"Bwg"}}"#
    #expect(String(decoding: keys.body, as: UTF8.self).contains(signatures))
    #expect(try ServerKeys(body: keys.body) == keys)
  }

  @Test func whatElseAServerSignsIsSignedToo() throws {
    let text = """
      {"server_name":"red.example","valid_until_ts":7,"verify_keys":{"ed25519:auto":{"key":"AQ==","x":1},
       "rsa:1":{"key":"AQ"},"ed25519:bad-name":{"key":"AQ"},"ed25519:n":{"key":"?"},"ed25519:m":7},
       "more":["é"],"unsigned":{"age":1},
       "signatures":{"red.example":{"ed25519:auto":"Ag"},"notary.example":{"ed25519:n":"Aw"}}}
      """
    let keys = try ServerKeys(body: Array(text.utf8))
    #expect(keys.verifyKeys == [try id("ed25519:auto"): [1]])
    #expect(keys.signatures == [try id("ed25519:auto"): [2]])
    let signed = String(decoding: keys.signedBytes, as: UTF8.self)
    #expect(signed.hasPrefix(#"{"more":["é"],"server_name":"red.example","valid_until_ts":7,"verify_keys""#))
    #expect(!signed.contains("unsigned") && !signed.contains("signatures"))
  }

  @Test(arguments: [
    "", "[]", "{}", #"{"server_name":"red.example"}"#, #"{"server_name":7,"valid_until_ts":1}"#,
  ])
  func whatIsNoKeyDocumentIsRefused(text: String) {
    #expect(throws: MatrixError.self) { try ServerKeys(body: Array(text.utf8)) }
  }

  @Test func aDocumentWithKeysWithoutEndIsRefused() {
    let keys = (0...ServerKeys.mostKeys).map { #""ed25519:\#($0)":{"key":"AQ"}"# }.joined(separator: ",")
    let text = #"{"server_name":"red.example","valid_until_ts":1,"verify_keys":{\#(keys)}}"#
    #expect(throws: MatrixError.self) { try ServerKeys(body: Array(text.utf8)) }
  }

  @Test(arguments: ["ed25519:", "ed25519", "rsa:1", "ed25519:a-b", "ed25519:é", ""])
  func keysHaveNames(text: String) { #expect(KeyID(text) == nil) }

  @Test func theVersionIsSmall() {
    #expect(
      json(ServerVersion(name: "porchlight", version: "1"))
        == #"{"server":{"name":"porchlight","version":"1"}}"#)
  }

  @Test(arguments: [
    ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("fooba", "Zm9vYmE"),
    ("foobar", "Zm9vYmFy"),
  ])
  func base64HasNoPadding(text: String, encoded: String) {
    #expect(UnpaddedBase64.encode(text.utf8) == encoded)
    #expect(UnpaddedBase64.decode(encoded) == Array(text.utf8))
    let padded = encoded + String(repeating: "=", count: (4 - encoded.utf8.count % 4) % 4)
    #expect(UnpaddedBase64.decode(padded) == Array(text.utf8))
  }

  @Test(arguments: ["A", "AAAAA", "A=", "AA=", "AAA==", "====", "A-_A", "AA A", "AAAA="])
  func whatIsNoBase64IsNone(text: String) { #expect(UnpaddedBase64.decode(text) == nil) }

  @Test func bytesOfAllValuesComeBack() {
    let bytes = (0...255).map { UInt8($0) }
    #expect(UnpaddedBase64.decode(UnpaddedBase64.encode(bytes)) == bytes)
    #expect(UnpaddedBase64.encode([0xFB, 0xFF, 0xFE]) == "+//+")
  }
}
