import MatrixWire
import Testing

/// Objects that are stored and handed out again: JSON to the last byte, or refused.
struct JSONObjectTests {
  private func code(_ text: String) -> ErrorCode? {
    do {
      _ = try JSONObject(Array(text.utf8))
      return nil
    } catch {
      return error.code
    }
  }

  @Test(arguments: [
    "{}", " { \"a\" : [ 1.5e3 , -0 , 1e400 , 123456789012345678901234567890 ] } ", #"{"a":1,"a":2}"#,
    #"{"a":"\ud800","b":"\ud83d\ude00\/"}"#, #"{"a":{"b":[null,true,false,{}]}}"#,
  ])
  func whatIsJSONIsKeptAsItIs(_ text: String) throws {
    #expect(try JSONObject(Array(text.utf8)).bytes == Array(text.utf8))
  }

  /// A decoder that is asked for no key passes over what is wrong with the values.
  @Test(arguments: [
    #"{"a":"\*"}"#, #"{"a":"\u12g4"}"#, #"{"a":01}"#, #"{"a":1.}"#, #"{"a":.5}"#, #"{"a":-}"#, #"{"a":1e}"#,
    #"{"a":+1}"#, #"{"a":"b",}"#, "{\"a\":\"\u{1}\"}", #"{"a":nul}"#, "{}{}", "",
    "{\"a\":\u{0}1}", "\u{FEFF}{}",
  ])
  func whatIsNotJSONIsRefused(_ text: String) { #expect(code(text) == .notJSON) }

  @Test(arguments: ["[]", "1", "null", "\"{}\"", "{\"a\":" + String(repeating: "[", count: 129)])
  func whatIsNoObjectIsRefused(_ text: String) { #expect(code(text) == .badJSON) }
}
