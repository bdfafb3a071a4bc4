import MatrixWire
import Testing

/// The JSON underneath: same bytes for the same value, and no foreign bytes that crash.
struct WireJSONTests {
  @Test func keysAreSorted() {
    #expect(json(["b": 1, "a": 2, "A": 3]) == #"{"A":3,"a":2,"b":1}"#)
  }

  @Test(arguments: ["", " ", "{", "nonsense", "{}{}", #"{"a":}"#, "\u{FEFF}x", "[1,]x"])
  func whatIsNotJSONIsCalledSo(text: String) {
    let error = #expect(throws: MatrixError.self) { try decode(text, as: StatusUpdate.self) }
    #expect(error?.code == .notJSON)
  }

  @Test func bytesThatAreNotTextAreNotJSON() {
    let error = #expect(throws: MatrixError.self) {
      try WireJSON.decode(StatusUpdate.self, from: [0x7B, 0x22, 0xFF, 0xFE, 0x22, 0x7D])
    }
    #expect(error?.code == .notJSON)
  }

  @Test(arguments: [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xC3]] as [[UInt8]])
  func bytesThatAreNotTextAreNotJSONWhereverTheyStand(bytes: [UInt8]) {
    let (front, back) = (#"{"presence":"online","x":""#, #""}"#)
    let other = (#"{"presence":"online","status_msg":""#, #""}"#)
    for (front, back) in [(front, back), other] {
      let error = #expect(throws: MatrixError.self) {
        try WireJSON.decode(StatusUpdate.self, from: Array(front.utf8) + bytes + Array(back.utf8))
      }
      #expect(error?.code == .notJSON)
    }
  }

  @Test func aWrongTypeNamesItsField() {
    let error = #expect(throws: MatrixError.self) {
      try decode(#"{"presence":"online","status_msg":7}"#, as: StatusUpdate.self)
    }
    #expect(error == MatrixError(.badJSON, "Wrong type at 'status_msg'."))
  }

  @Test func aMissingFieldIsNamed() {
    let error = #expect(throws: MatrixError.self) { try decode("{}", as: StatusUpdate.self) }
    #expect(error == MatrixError(.missingParameter, "Missing field 'presence'."))
  }

  static let nests: [(open: String, close: String)] = [("[", "]"), (#"{"a":"#, "}")]

  static func nested(_ depth: Int, _ nest: (open: String, close: String)) -> String {
    let value = String(repeating: nest.open, count: depth) + "1" + String(repeating: nest.close, count: depth)
    return #"{"presence":"online","status_msg":"hi","x":\#(value)}"#
  }

  @Test(arguments: nests.indices)
  func moderateNestingIsPassedOver(index: Int) throws {
    let update: StatusUpdate = try decode(Self.nested(200, Self.nests[index]))
    #expect(update == StatusUpdate(presence: .online, statusMessage: "hi"))
  }

  @Test(arguments: nests.indices)
  func deepNestingIsRefused(index: Int) {
    let error = #expect(throws: MatrixError.self) {
      try decode(Self.nested(100_000, Self.nests[index]), as: StatusUpdate.self)
    }
    #expect(error?.code == .notJSON)
  }

  /// A task's thread has a small stack, and an overflow there cannot be caught.
  @Test(arguments: nests.indices)
  func deepNestingIsRefusedOnATasksThread(index: Int) async {
    let texts = [500, 511, 512, 513, 100_000].map { Self.nested($0, Self.nests[index]) }
    let outcomes = await withTaskGroup(of: Bool.self) { group in
      for text in texts {
        group.addTask { (try? decode(text, as: StatusUpdate.self)) != nil }
      }
      return await group.reduce(into: 0) { if $1 { $0 += 1 } }
    }
    #expect(outcomes < texts.count)
  }

  @Test func unclosedNestingIsRefused() {
    let error = #expect(throws: MatrixError.self) {
      try decode(String(repeating: "[", count: 1_000_000), as: StatusUpdate.self)
    }
    #expect(error?.code == .notJSON)
  }
}
