import MatrixWire
import Testing

/// Tokens and their lives as servers and files say them.
struct TokenTests {
  private func error(_ text: String) -> MatrixError? {
    do throws(MatrixError) {
      _ = try WireJSON.decode(RefreshAnswer.self, from: Array(text.utf8))
      return nil
    } catch {
      return error
    }
  }

  @Test func aTokenThatIsRefusedIsNotShown() {
    let secret = String(repeating: "sesame", count: 700)
    let error = error(#"{"access_token":"\#(secret)"}"#)
    #expect(error?.message.contains("4096 bytes") == true)
    #expect(error?.message.contains("sesame") == false)
  }

  @Test func aTokenMayHaveFourThousandBytes() throws {
    let token = String(repeating: "t", count: 4_096)
    let answer = try WireJSON.decode(RefreshAnswer.self, from: Array(#"{"access_token":"\#(token)"}"#.utf8))
    #expect(answer.accessToken.rawValue == token)
  }

  @Test(arguments: [
    ("300000", 300_000), ("-1", 0), ("9223372036854775807", 315_360_000_000), ("1e300", nil),
    (#""soon""#, nil),
    ("null", nil),
  ])
  func anOddLifeIsNoReasonToLoseAPair(_ life: String, _ expected: Int?) throws {
    let text = #"{"user_id":"@a:b","access_token":"a","refresh_token":"r","expires_in_ms":\#(life)}"#
    let answer = try WireJSON.decode(RefreshAnswer.self, from: Array(text.utf8))
    #expect(answer.refreshToken == AccessToken("r"))
    #expect(answer.expiresIn == expected)
    #expect(try WireJSON.decode(Credentials.self, from: Array(text.utf8)).expiresIn == expected)
  }

  @Test func theLifeThatOAuthSaysDoesNotOverflow() throws {
    for (life, expected) in [(Int.max, 315_360_000_000), (.min, 0), (5, 5_000)] {
      let answer = TokenAnswer(
        accessToken: try #require(AccessToken("a")), tokenType: "Bearer", refreshToken: nil, expiresIn: life)
      #expect(answer.refreshAnswer.expiresIn == expected)
    }
  }
}
