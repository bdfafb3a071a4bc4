import MatrixWire
import Ports
import Testing

/// Transactions between servers (Protocol 6.1, 6.4, 6.5).
struct TransactionTests {
  static let red = RandomTransactions.red
  static let frame = #""origin":"red.example","origin_server_ts":1404835423000,"pdus":[]"#

  static func read(_ text: String) throws -> Transaction {
    try Transaction(id: "t1", signedBy: red, body: CanonicalJSON(received: Array(text.utf8)))
  }

  static func read(edu: String) throws -> EDU? { try read(#"{\#(frame),"edus":[\#(edu)]}"#).edus.first }

  private func presence(_ content: String) throws -> PresenceEDU {
    guard case .presence(let edu) = try Self.read(edu: #"{"edu_type":"m.presence","content":\#(content)}"#)
    else {
      Issue.record("no presence")
      return PresenceEDU()
    }
    return edu
  }

  // MARK: Out

  @Test func everythingIsWrittenForAServerLikeThisOne() throws {
    var edu = PresenceEDU()
    edu.push = [
      .init(
        userID: try user("@a:red.example"),
        content: .init(
          state: .freeForChat, lastActiveAgo: 5, currentlyActive: true, statusMessage: "a/\"b\"\u{7}",
          displayName: "A", avatarURL: "mxc://a/b", deviceTypes: [.terminal], idleAgo: 7,
          unknownReason: .pending, choice: .hidden), sequence: 9)
    ]
    edu.poll = [try user("@b:blue.example")]
    edu.unpoll = [try user("@c:blue.example")]
    edu.queries = [try user("@d:blue.example")]
    edu.refused = [try user("@e:blue.example")]
    (edu.epoch, edu.promise, edu.role, edu.wantsInlineAnswer) = (3, 3_600_000, .reminder, true)
    let list = ListEDU(
      .drop, observer: try user("@a:red.example"), observed: try user("@b:blue.example"), inviteID: 17)
    var transaction = Transaction(
      id: "x", origin: Self.red, sentAt: 12, edus: [.presence(edu), .list(list), .other(type: "m.x")],
      order: .init(epoch: 3, number: 4))
    transaction.pdus = ["$p"]
    let push =
      #"{"avatar_url":"mxc://a/b","chat.porchlight.device_types":["terminal"],"chat.porchlight.idle_ago":7,"#
      + #""chat.porchlight.presence":"free_for_chat","chat.porchlight.seq":9,"currently_active":true,"#
      + #""displayname":"A","last_active_ago":5,"presence":"online","status_msg":"a/\"b\"\u0007","#
      + #""user_id":"@a:red.example"}"#
    let expected =
      #"{"chat.porchlight.order":{"epoch":3,"number":4},"edus":["#
      + #"{"content":{"chat.porchlight.epoch":3,"chat.porchlight.inline":true,"#
      + #""chat.porchlight.once":["@d:blue.example"],"chat.porchlight.promise_ms":3600000,"#
      + #""chat.porchlight.refused":["@e:blue.example"],"chat.porchlight.reminder":true,"#
      + #""poll":["@b:blue.example"],"push":[\#(push)],"unpoll":["@c:blue.example"]},"edu_type":"m.presence"},"#
      + #"{"content":{"chat.porchlight.question":17,"observed_user":"@b:blue.example","#
      + #""observer_user":"@a:red.example"},"edu_type":"chat.porchlight.presence_drop"},"#
      + #"{"content":{},"edu_type":"m.x"}],"#
      + #""origin":"red.example","origin_server_ts":12,"pdus":[{"event_id":"$p"}]}"#
    #expect(String(decoding: transaction.body(for: .exact), as: UTF8.self) == expected)
  }

  @Test(arguments: [
    (PresenceState.freeForChat, "online"), (.hidden, "offline"), (.busy, "online"), (.unknown, "offline"),
    (.other("dnd"), "offline"), (.unavailable, "unavailable"),
  ])
  func otherServersAreSpokenToInTodaysForm(state: PresenceState, word: String) throws {
    var edu = PresenceEDU()
    edu.push = [
      .init(
        userID: try user("@a:red.example"),
        content: .init(state: state, statusMessage: "hi", deviceTypes: [.web], idleAgo: 7), sequence: 9)
    ]
    let text = String(
      decoding: Transaction(id: "x", origin: Self.red, sentAt: 1, edus: [.presence(edu)]).body(for: .modern),
      as: UTF8.self)
    let push =
      #"{"last_active_ago":0,"presence":"\#(word)","status_msg":"hi","user_id":"@a:red.example"}"#
    #expect(text.contains(#""content":{"push":[\#(push)]}"#))
  }

  @Test func aSilentTransactionHasItsRequiredFields() throws {
    let text = String(
      decoding: Transaction(id: "x", origin: Self.red, sentAt: .max).body(for: .modern), as: UTF8.self)
    #expect(text == #"{"edus":[],"origin":"red.example","origin_server_ts":9007199254740991,"pdus":[]}"#)
    #expect(try Self.read(text).edus.isEmpty)
  }

  @Test(arguments: 0..<300)
  func whatIsWrittenIsCanonicalAndReadAgain(seed: UInt64) throws {
    var random = RandomTransactions(seed: seed)
    let transaction = random.transaction()
    let bytes = transaction.body(for: .exact)
    #expect(try CanonicalJSON(parsing: bytes).bytes == bytes)
    let read = try Transaction(
      id: transaction.id, signedBy: transaction.origin, body: CanonicalJSON(received: bytes))
    #expect(read == transaction)
    let modern = transaction.body(for: .modern)
    #expect(try CanonicalJSON(parsing: modern).bytes == modern)
    let answer = random.answer()
    let answered = answer.body(for: .exact)
    #expect(try CanonicalJSON(parsing: answered).bytes == answered)
    #expect(TransactionAnswer(body: answered) == answer)
  }

  // MARK: In

  @Test func theFormOfTodayIsRead() throws {
    let edu = try presence(
      """
      {"push":[{"user_id":"@a:red.example","presence":"unavailable","last_active_ago":5000,
        "currently_active":false,"status_msg":null}]}
      """)
    let content = PresenceContent(state: .unavailable, lastActiveAgo: 5000, currentlyActive: false)
    #expect(edu.push == [.init(userID: try user("@a:red.example"), content: content)])
    #expect(edu.role == nil && edu.epoch == nil && !edu.wantsInlineAnswer)
  }

  @Test func malformedItemsDoNotCostTheirNeighbours() throws {
    let edu = try presence(
      """
      {"push":[null,7,"x",[],{},{"user_id":"@a:red.example"},{"presence":"online"},
        {"user_id":null,"presence":"online"},{"user_id":"a","presence":"online"},
        {"user_id":"@b:red.example","presence":7},
        {"user_id":"@c:red.example","presence":"online","last_active_ago":"5","currently_active":1,
         "status_msg":{},"chat.porchlight.device_types":["web",4],"chat.porchlight.seq":-1,
         "chat.porchlight.choice":"hidden","chat.porchlight.unknown_reason":"pending"}],
       "poll":["@x:blue.example",3,null,"x"],"unpoll":"@x:blue.example","chat.porchlight.epoch":"7",
       "chat.porchlight.reminder":1,"chat.porchlight.promise_ms":9007199254740991}
      """)
    let content = PresenceContent(state: .online, deviceTypes: [.web])
    #expect(edu.push == [.init(userID: try user("@c:red.example"), content: content)])
    #expect(edu.poll == [try user("@x:blue.example")])
    #expect(edu.unpoll.isEmpty && edu.epoch == nil && edu.role == nil && edu.promise == nil)
  }

  @Test(arguments: [
    "null", "7", "[]", "{}", #"{"edu_type":"m.presence"}"#, #"{"edu_type":"m.presence","content":null}"#,
    #"{"edu_type":"m.presence","content":[]}"#, #"{"edu_type":"m.receipt","content":{"a":1}}"#,
    #"{"edu_type":"m.presence_invite","content":{"observer_user":"@a:red.example"}}"#,
    #"{"edu_type":"m.presence_deny","content":{"observer_user":"@a:red.example","observed_user":"b"}}"#,
    #"{"edu_type":7,"content":{}}"#,
  ])
  func whatNobodyKnowsIsCountedAndIgnored(edu: String) throws {
    guard case .other = try Self.read(edu: edu) else {
      Issue.record("taken for something: \(edu)")
      return
    }
  }

  @Test(arguments: [
    ("{}", "M_MISSING_PARAM"), ("[]", "M_BAD_JSON"), ("", "M_NOT_JSON"), ("{", "M_NOT_JSON"),
    (#"{"origin":"red.example"}"#, "M_MISSING_PARAM"), (#"{"pdus":[]}"#, "M_MISSING_PARAM"),
    (#"{"origin":7,"pdus":[]}"#, "M_BAD_JSON"), (#"{"origin":"blue.example","pdus":[]}"#, "M_BAD_JSON"),
    (#"{"origin":"red.example","pdus":null}"#, "M_BAD_JSON"),
    (#"{"origin":"red.example","pdus":{}}"#, "M_BAD_JSON"),
    (#"{"origin":"red.example","pdus":[],"edus":{}}"#, "M_BAD_JSON"),
    (#"{"origin":"red.example","pdus":[],"pdus":[]}"#, "M_BAD_JSON"),
    (#"{"origin":"red.example","pdus":[],"x":1.}"#, "M_NOT_JSON"),
    (#"{"origin":"red.example","pdus":[],"x":NaN}"#, "M_NOT_JSON"),
    (#"{"origin":"red.example","pdus":[],"x":"\ud800"}"#, "M_BAD_JSON"),
    (#"{"origin":"red.example","pdus":[],"x":"#, "M_NOT_JSON"),
  ])
  func whatIsNoTransactionIsRefused(text: String, code: String) {
    #expect(Self.code { _ = try Self.read(text) } == code)
  }

  @Test(arguments: ["1.5", "-1e400", "99999999999999999999", "2.0", "-0", "1e5"])
  func numbersOfOthersStayAsTheyAreSignedAndMeanNothing(number: String) throws {
    let text = #"{"edu_type":"m.direct_to_device","content":{"x":\#(number)}}"#
    #expect(try CanonicalJSON(received: Array(text.utf8)).bytes.count == text.utf8.count)
    guard case .other = try Self.read(edu: text) else {
      Issue.record("taken for something")
      return
    }
    let edu = try presence(
      """
      {"push":[{"user_id":"@a:red.example","presence":"online","last_active_ago":\(number)}],
       "chat.porchlight.epoch":\(number)}
      """)
    #expect(edu.push.first?.content == PresenceContent(state: .online) && edu.epoch == nil)
  }

  @Test func deepNestingIsRefusedAndNotFollowed() {
    let deep = String(repeating: "[", count: 1_000_000)
    #expect(Self.code { _ = try Self.read("{\(Self.frame),\"x\":\(deep)") } == "M_BAD_JSON")
  }

  @Test func everyTruncationIsRefused() throws {
    var random = RandomTransactions(seed: 1)
    let bytes = random.transaction().body(for: .exact)
    for end in 0..<bytes.count {
      #expect(Self.code { _ = try CanonicalJSON(received: Array(bytes[..<end])) } != nil)
    }
  }

  @Test func limitsAreLimits() throws {
    func list(_ item: String, _ count: Int) -> String {
      "[" + Array(repeating: item, count: count).joined(separator: ",") + "]"
    }
    func transaction(pdus: Int = 0, edus: Int = 0, states: Int = 0) -> String {
      let edu = #"{"edu_type":"m.presence","content":{"push":\#(list("{}", states))}}"#
      return #"{"origin":"red.example","pdus":\#(list("{}", pdus)),"edus":\#(list(edu, edus))}"#
    }
    #expect(try Self.read(transaction(pdus: 50, edus: 100)).edus.count == 100)
    _ = try Self.read(transaction(edus: 1, states: 50))
    #expect(Self.code { _ = try Self.read(transaction(pdus: 51)) } == "M_TOO_LARGE")
    #expect(Self.code { _ = try Self.read(transaction(edus: 101)) } == "M_TOO_LARGE")
    #expect(Self.code { _ = try Self.read(transaction(edus: 1, states: 51)) } == "M_TOO_LARGE")
  }

  @Test(arguments: 0..<200)
  func mutantsAreReadOrRefused(seed: UInt64) {
    var random = RandomTransactions(seed: seed)
    var bytes = random.transaction().body(for: .exact)
    for _ in 0..<40 {
      random.damage(&bytes)
      guard let body = try? CanonicalJSON(received: bytes) else { continue }
      _ = try? Transaction(id: "x", signedBy: Self.red, body: body)
      _ = TransactionAnswer(body: bytes)
      _ = try? ServerKeys(body: bytes)
    }
  }

  @Test(arguments: ["", "[]", "nonsense", #"{"pdus":7,"chat.porchlight.answer":[]}"#])
  func anAnswerThatMakesNoSenseSaysNothing(body: String) {
    #expect(TransactionAnswer(body: Array(body.utf8)) == TransactionAnswer())
  }

  private static func code(_ body: () throws -> Void) -> String? {
    do {
      try body()
      return nil
    } catch {
      return (error as? MatrixError)?.code.rawValue ?? "\(error)"
    }
  }
}
