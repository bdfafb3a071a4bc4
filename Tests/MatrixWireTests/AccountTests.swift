import MatrixWire
import Testing

struct AccountTests {
  @Test func credentialsReadBackAsTheyWereWritten() throws {
    let credentials = Credentials(
      userID: try user("@b:x"), deviceID: DeviceID("D"), accessToken: AccessToken("t"))
    #expect(json(credentials) == #"{"access_token":"t","device_id":"D","user_id":"@b:x"}"#)
    #expect(try decode(json(credentials)) == credentials)
  }

  @Test func aProfileLeavesOutWhatIsUnset() {
    #expect(json(Profile(displayName: "Bob")) == #"{"displayname":"Bob"}"#)
    #expect(json(Profile()) == "{}")
  }

  @Test func aRegistrationNeedsNothing() throws {
    #expect(try decode("{}") == RegisterRequest(username: nil))
  }

  @Test func aChallengeReadsBackAsItWasWritten() throws {
    let challenge = AuthenticationChallenge(flows: [.init(stages: ["m.login.dummy"])], session: "s")
    #expect(json(challenge) == #"{"flows":[{"stages":["m.login.dummy"]}],"params":{},"session":"s"}"#)
    #expect(try decode(json(challenge)) == challenge)
  }
}
