import MatrixWire
import Ports
import Testing

/// The header that carries a signature (Protocol 6.2).
struct XMatrixTests {
  private let plain = XMatrixAuthorization(
    origin: RandomTransactions.red, destination: ServerName("blue.example:8448"), key: "ed25519:a_1",
    signature: [1, 2, 3])

  @Test func itIsWrittenAsEverybodyReadsIt() {
    #expect(
      plain.header
        == #"X-Matrix origin="red.example",destination="blue.example:8448",key="ed25519:a_1",sig="AQID""#)
  }

  @Test(arguments: [
    #"X-Matrix origin="red.example",destination="blue.example:8448",key="ed25519:a_1",sig="AQID""#,
    #"x-matrix Origin=red.example,DESTINATION=blue.example:8448,Key=ed25519:a_1,sig=AQID"#,
    #"X-Matrix  sig="AQID" ,\#tkey="ed25519:a_1" , origin = "red.example",destination="blue.example:8448","#,
    #"X-Matrix ,,origin="\red.\e\xample",more="a,\"b\"=c",destination=blue.example:8448,key=ed25519:a_1,sig=AQID"#,
    #"X-Matrix origin=red.example,destination=blue.example:8448,key="ed25519:a_1",signature="AQID""#,
  ])
  func everyFormIsRead(header: String) { #expect(XMatrixAuthorization(header) == plain) }

  @Test func olderServersLeaveTheDestinationOut() throws {
    let read = try #require(XMatrixAuthorization(#"X-Matrix origin=red.example,key="rsa:1",sig="AQID""#))
    #expect(read.destination == nil && read.key == "rsa:1")
    #expect(XMatrixAuthorization(read.header) == read)
  }

  @Test(arguments: [
    "", "X-Matrix", "X-Matrix ", "Bearer origin=red.example,key=ed25519:1,sig=AQID", "X-Matrix origin",
    "X-Matrix origin=", "X-Matrix origin=red.example", "X-Matrix origin=red.example,key=ed25519:1",
    "X-Matrix key=ed25519:1,sig=AQID", "X-Matrix origin=red.example,key=ed25519:1,sig=A",
    "X-Matrix origin=r:e:d,key=ed25519:1,sig=AQID", #"X-Matrix origin="red.example,key=ed25519:1,sig=AQID"#,
    #"X-Matrix origin="red.example\"#,
    "X-Matrix origin=red.example,origin=red.example,key=ed25519:1,sig=AQID",
    "X-Matrix origin=red.example,destination=b:l,key=ed25519:1,sig=AQID",
    #"X-Matrix origin="red.example"key=ed25519:1,sig=AQID"#, "X-Matrix =x",
    #"X-Matrix origin="red.example",key="",sig="AQID""#,
  ])
  func whatIsMalformedIsRefused(header: String) { #expect(XMatrixAuthorization(header) == nil) }

  @Test(arguments: 0..<200)
  func mutantsAreReadOrRefused(seed: UInt64) {
    var random = RandomTransactions(seed: seed)
    var bytes = Array(plain.header.utf8)
    for _ in 0..<20 {
      random.damage(&bytes)
      guard let read = XMatrixAuthorization(String(decoding: bytes, as: UTF8.self)) else { continue }
      #expect(XMatrixAuthorization(read.header) == read)
    }
  }

  @Test func aSignatureIsOverTheTargetAsItCame() {
    var request = WireRequest(.get, ["_matrix", "a b"], query: [.init("x", "ä")])
    #expect(request.signedTarget == "/_matrix/a%20b?x=%C3%A4")
    request.receivedTarget = "/_matrix/a+b?x=%c3%a4"
    #expect(request.signedTarget == "/_matrix/a+b?x=%c3%a4")
  }
}
