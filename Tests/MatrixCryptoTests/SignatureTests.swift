import MatrixWire
import Ports
import Testing

@testable import MatrixCrypto

/// The specification's own examples, byte for byte, and what a signature holds together.
struct SignatureTests {
  private let domain: ServerName
  private let other: ServerName
  private let key: SigningKey
  private let verifier = SigningKeyVerifier()

  init() throws {
    domain = try #require(ServerName("domain"))
    other = try #require(ServerName("other.example"))
    key = try #require(SigningKey(line: "ed25519 1 YJDBA9Xnr2sVqXD9Vj7XVUnmFZcZrlw8Md7kMW+3XA1"))
  }

  private func json(_ text: String) throws -> CanonicalJSON { try CanonicalJSON(received: Array(text.utf8)) }

  // Source: Matrix specification, appendices, "Cryptographic Test Vectors".
  @Test(arguments: [
    ("{}", "K8280/U9SSy9IVtjBuVeLr+HpOB4BQFWbg+UZaADMtTdGYI7Geitb76LTrr5QV/7Xg4ahLwYGYZzuHGZKM5ZAQ"),
    (
      #"{"one":1,"two":"Two"}"#,
      "KqmLSbO39/Bzb0QIYE82zqLwsA+PDzYIpIRA2sRQ4sL53+sN6/fpNSoqE7BP7vBZhG6kYdD13EIMJpvhJI+6Bw"
    ),
  ])
  func thePublishedVectorsComeOut(object: String, signature: String) throws {
    let object = try json(object)
    #expect(try UnpaddedBase64.encode(key.signature(of: object.signedBytes)) == signature)
    let bytes = try #require(UnpaddedBase64.decode(signature))
    #expect(verifier.isValid(bytes, of: object.signedBytes, by: key.publicKey))
  }

  @Test func whatIsNotSignedMayChangeAndNothingElse() throws {
    let signed = try json(#"{"a":1}"#).signedBytes
    #expect(try json(#"{"a":1,"unsigned":{"age":5},"signatures":{"x":{}}}"#).signedBytes == signed)
    #expect(try json(#"{"a":2}"#).signedBytes != signed)
  }

  @Test func whatIsNoSignatureOrNoKeyIsRefused() throws {
    let signature = try key.signature(of: [1])
    #expect(verifier.isValid(signature, of: [1], by: key.publicKey))
    #expect(!verifier.isValid(signature, of: [2], by: key.publicKey))
    #expect(!verifier.isValid([], of: [1], by: key.publicKey))
    #expect(!verifier.isValid(signature + [0], of: [1], by: key.publicKey))
    #expect(!verifier.isValid(signature, of: [1], by: []))
    #expect(!verifier.isValid(signature, of: [1], by: Array(repeating: 0xFF, count: 32)))
  }

  // MARK: Requests

  @Test func aRequestIsSignedAsTheSpecificationHasIt() throws {
    var request = WireRequest(.put, ["target"], query: [.init("q", "1")], body: Array(#"{"a":"b"}"#.utf8))
    request = try key.signed(request, from: domain, to: other)
    let header = try #require(request.signatures.first.flatMap { XMatrixAuthorization($0) })
    let text =
      #"{"content":{"a":"b"},"destination":"other.example","method":"PUT","origin":"domain","uri":"/target?q=1"}"#
    #expect(verifier.isValid(header.signature, of: Array(text.utf8), by: key.publicKey))
    #expect(header.origin == domain && header.destination == other && header.key == "ed25519:1")
    let bytes = SignedRequest.bytes(of: request, from: domain, to: other, content: request.body)
    #expect(String(decoding: bytes, as: UTF8.self) == text)
    #expect(try json(text).bytes == bytes)
  }

  @Test func aRequestWithoutABodyHasNoContent() {
    let bytes = SignedRequest.bytes(
      of: WireRequest(.get, ["a\"b"]), from: domain, to: other, content: [])
    let text = #"{"destination":"other.example","method":"GET","origin":"domain","uri":"/a%22b"}"#
    #expect(String(decoding: bytes, as: UTF8.self) == text)
  }

  // MARK: Keys

  @Test func aNewKeyIsItsSeedsAndIsWrittenAndRead() throws {
    var random = SeededGenerator(seed: 1)
    let new = try #require(SigningKey(using: &random))
    let another = try #require(SigningKey(using: &random))
    #expect(new.publicKey != another.publicKey)
    #expect(new.keyID.rawValue.hasPrefix("ed25519:a_"))
    let read = try #require(SigningKey(line: "  \(new.line)\n"))
    #expect(read.keyID == new.keyID && read.publicKey == new.publicKey)
    #expect(!"\(new) \(String(reflecting: new))".contains(new.line.suffix(43)))
  }

  @Test(arguments: [
    "", "ed25519", "ed25519 1", "ed25519 1 AAAA", "rsa 1 YJDBA9Xnr2sVqXD9Vj7XVUnmFZcZrlw8Md7kMW+3XA1",
    "ed25519 a-b YJDBA9Xnr2sVqXD9Vj7XVUnmFZcZrlw8Md7kMW+3XA1", "ed25519 1 ????????????????????????????????",
    "ed25519 1 YJDBA9Xnr2sVqXD9Vj7XVUnmFZcZrlw8Md7kMW+3XA1 x",
  ])
  func whatIsNoKeyIsNone(line: String) { #expect(SigningKey(line: line) == nil) }

  @Test func aKeyDocumentVouchesForItself() throws {
    let document = try ServerKeys(body: try key.document(of: domain, validUntil: 5).body)
    #expect(document.verifyKeys == [key.keyID: key.publicKey] && document.validUntil == 5)
    #expect(verifier.isSelfSigned(document))
    var unsigned = document
    unsigned.signatures = [:]
    #expect(!verifier.isSelfSigned(unsigned))
    var forged = try json(String(decoding: document.body, as: UTF8.self))
    forged["valid_until_ts"] = .integer(6)
    #expect(!verifier.isSelfSigned(try ServerKeys(body: forged.bytes)))
  }

  @Test func everySignatureThatIsClaimedHasToHold() throws {
    let second = try #require(
      SigningKey(line: "ed25519 2 \(UnpaddedBase64.encode((0..<32).map { UInt8($0) }))"))
    var keys = ServerKeys(
      server: domain, verifyKeys: [key.keyID: key.publicKey, second.keyID: second.publicKey], validUntil: 5)
    keys.signatures[key.keyID] = try key.signature(of: keys.signedBytes)
    #expect(verifier.isSelfSigned(keys))
    keys.signatures[second.keyID] = try key.signature(of: keys.signedBytes)
    #expect(!verifier.isSelfSigned(keys))
  }
}
