import MatrixWire
import Testing

/// What a server says about presence in rooms, as a client reads it.
struct PresenceSharingRuleTests {
  private static func said(_ text: String) throws -> PresenceSharingRule? {
    try decode(#"{"capabilities":{\#(text)}}"#, as: CapabilitiesAnswer.self).presenceSharing
  }

  private static let key = "chat.porchlight.presence_sharing"

  @Test(arguments: [
    (#"{"rule":"spec","room_limit":500}"#, PresenceSharingRule(rule: .spec, largestRoom: 500)),
    (#"{"rule":"suggest"}"#, PresenceSharingRule(rule: .suggest)),
    (#"{"rule":"odd","room_limit":-1}"#, .specification), ("{}", .specification),
    (#"{"rule":7,"room_limit":"many"}"#, .specification),
  ])
  func aRuleIsReadAsFarAsItMakesSense(text: String, expected: PresenceSharingRule) throws {
    #expect(try Self.said(#""\#(Self.key)":\#(text)"#) == expected)
  }

  @Test(arguments: ["", #""\#(key)":null"#, #""\#(key)":7"#])
  func aServerMaySayNothing(text: String) throws {
    #expect(try Self.said(text) == nil)
  }

  @Test func whatAServerWritesAClientReads() throws {
    let rule = PresenceSharingRule(rule: .suggest, largestRoom: 9)
    let answer = CapabilitiesAnswer(["m.set_displayname": true], presenceSharing: rule)
    #expect(json(answer).contains(#""\#(Self.key)":{"room_limit":9,"rule":"suggest"}"#))
    #expect(try decode(json(answer)) == answer)
  }
}
