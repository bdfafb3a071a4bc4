import MatrixWire
import PorchlightSDK
import Testing

/// What people write when they invite a user.
struct WrittenUserIDTests {
  private let own = Sample.me

  private func written(_ text: String) throws -> String { try UserID.written(text, beside: own).rawValue }

  @Test(arguments: [
    ("ann", "@ann:porch.example"), ("@ann", "@ann:porch.example"), ("Ann", "@ann:porch.example"),
    ("a.b_c=d-e/f+1", "@a.b_c=d-e/f+1:porch.example"), ("@ann:blue.test", "@ann:blue.test"),
    ("@ann:blue.test:8448", "@ann:blue.test:8448"), ("@ann:[2001:DB8::1]:8448", "@ann:[2001:db8::1]:8448"),
  ])
  func aNameIsOnOnesOwnServerAndAnIDWhereItSays(text: String, user: String) throws {
    #expect(try written(text) == user)
  }

  @Test func serversHaveNoCapitals() throws {
    #expect(try written("@ann:BLUE.Test") == "@ann:blue.test")
  }

  @Test func peopleElsewhereKeepNamesOfLongAgo() throws {
    #expect(try written("@Böb:blue.test") == "@Böb:blue.test")
  }

  @Test(arguments: [
    "", "@", " ", "two words", "zoë", "\u{212A}im", "@:blue.test", "@a b:blue.test",
    "@a\u{1B}[31mb:blue.test",
    "@a\u{200B}:blue.test",
    "@a\u{202E}:blue.test", "ann:blue.test", "@ann:", "@ann:blue test", "@ann:blue_test", "@ann:blue.test:x",
    "@" + String(repeating: "a", count: 250) + ":blue.test",
  ])
  func aSlipIsNobody(text: String) {
    #expect(throws: UserIDProblem.self) { try written(text) }
  }

  @Test(arguments: ["ann@blue.test", "@ann@blue.test", "ann:blue.test"])
  func aSlipThatCanMeanOneThingIsPutRight(text: String) {
    let problem = #expect(throws: UserIDProblem.self) { try written(text) }
    #expect(problem?.message == "did you mean @ann:blue.test?")
  }
}
