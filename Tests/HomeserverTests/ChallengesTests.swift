import MatrixWire
import PorchlightTestSupport
import Ports
import Testing

@testable import Homeserver

/// Sessions of user-interactive authentication, which nobody can use up.
struct ChallengesTests {
  private let removal: Challenges.Purpose

  init() throws {
    let user = try UserID("@ann:harbor.example").orThrow("user")
    removal = .removal(Device(user: user, id: try DeviceID("TTY").orThrow("device")))
  }

  private func challenges(key: UInt8 = 1, mostUsed: Int = 10) -> Challenges {
    Challenges(mostUsed: mostUsed) { TestSecrets().authenticationCode(of: $0, key: [key]) }
  }

  /// 1,000 places were for everybody once.
  @Test func aFloodOfAuthenticationsEndsNobodysSession() throws {
    let testClient = try TestClient()
    let ann = try testClient.token("ann", password: "pw")
    func open(_ answer: Answer) throws -> String { try answer.decoded(AuthenticationChallenge.self).session }
    let registering = try open(try testClient.send(.post, "v3/register", #"{"username":"bob"}"#))
    let removing = try open(try testClient.send(.delete, "v3/devices/OLD", "{}", as: ann))
    for _ in 0..<1_500 { _ = try open(try testClient.send(.delete, "v3/devices/OTHER", "{}", as: ann)) }
    let register = #"{"username":"bob","auth":{"type":"m.login.dummy","session":"\#(registering)"}}"#
    #expect(try testClient.send(.post, "v3/register", register).code == "200 -")
    let remove = #"{"auth":{"type":"m.login.password","session":"\#(removing)","password":"pw"}}"#
    #expect(try testClient.send(.delete, "v3/devices/OLD", remove, as: ann).code == "200 -")
  }

  @Test func anOpenSessionTakesNoPlace() {
    var challenges = challenges()
    let first = challenges.open("00", for: .registration, at: .origin)
    for number in 0..<5_000 { _ = challenges.open("\(number)", for: removal, at: .origin) }
    #expect(challenges.count == 0)
    #expect(challenges.isOpen(first, for: .registration, at: .origin + .seconds(899)))
    #expect(!challenges.isOpen(first, for: .registration, at: .origin + .seconds(900)))
  }

  @Test func aSessionIsGoodForNothingElseAndNobodyElse() {
    var (ours, theirs) = (challenges(), challenges(key: 2))
    let session = ours.open("ab", for: .registration, at: .origin)
    _ = theirs.open("cd", for: .registration, at: .origin)
    #expect(!ours.isOpen(session, for: removal, at: .origin))
    #expect(!theirs.isOpen(session, for: .registration, at: .origin))
    #expect(!challenges().isOpen(session, for: .registration, at: .origin), "another life of the server")
  }

  @Test func aSessionThatWasChangedIsNone() {
    var challenges = challenges()
    let session = challenges.open("ab", for: .registration, at: .origin)
    let parts = session.split(separator: ".").map(String.init)
    let later = "\(parts[0]).99999999999.\(parts[2])"
    for text in [
      later, "b" + session, session + "0", String(session.dropLast()), "", ".", "..", "a.b.c",
      "\(parts[0])..\(parts[2])",
      String(repeating: "x", count: 5_000),
    ] {
      #expect(!challenges.isOpen(text, for: .registration, at: .origin), "\(text)")
    }
  }

  @Test func whatWasDoneOnceIsNotDoneAgainWithTheSameSession() {
    var challenges = challenges()
    let session = challenges.open("ab", for: .registration, at: .origin)
    #expect(challenges.reserve(session, for: .registration, at: .origin) == true)
    #expect(
      challenges.reserve(session, for: .registration, at: .origin) == false,
      "of two at the same time one is late")
    challenges.release(session, isUsed: false, at: .origin)
    #expect(challenges.reserve(session, for: .registration, at: .origin) == true)
    challenges.release(session, isUsed: true, at: .origin)
    #expect(!challenges.isOpen(session, for: .registration, at: .origin))
  }

  @Test func whatIsRememberedOfUsedSessionsIsBounded() {
    var challenges = challenges(mostUsed: 10)
    for number in 0..<1_000 {
      let session = challenges.open("\(number)", for: .registration, at: .origin)
      #expect(challenges.reserve(session, for: .registration, at: .origin) == true)
      challenges.release(session, isUsed: true, at: .origin)
      #expect(challenges.count <= 10)
    }
  }
}
