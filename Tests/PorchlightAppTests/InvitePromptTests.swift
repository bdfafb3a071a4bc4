import MatrixWire
import PorchlightSDK
import Ports
import Screen
import Testing

@testable import PorchlightApp

/// The prompt that `+` opens, and the names that it takes.
@Suite struct InvitePromptTests {
  @Test func theNoticeOfAnInviteGoesWithTheStreamsWord() {
    var scene = Scene(InviteTests.people)
    scene.press("+")
    scene.type("zed")
    scene.press(.enter)
    scene.wait(.seconds(20))
    #expect(scene.model.notices.current != nil)
    scene.receive([.list("zed", .pending)])
    #expect(scene.model.notices.current == nil)
  }

  @Test(arguments: [
    ("Chidi", "is on your list already"), ("two words", "is not a user ID"), ("zoë", "is not"),
  ])
  func aNameIsThatOfSomebodyKnownOrAUserID(text: String, problem: String) {
    var scene = Scene([.own()] + .person("@c:far.test", .online, called: "chidi"))
    scene.press("+")
    scene.type(text)
    scene.press(.enter)
    #expect(scene.intents == [])
    #expect(scene.line(with: problem) != nil)
  }

  @Test(arguments: [(true, "inviting @bob:far.test"), (false, "knows only people on this machine")])
  func somebodyElsewhereIsAskedWhereTheServerMeetsOthers(meetsOthers: Bool, said: String) {
    var scene = Scene([.own()], meetsOthers: meetsOthers)
    scene.press("+")
    scene.type("@bob:FAR.test")
    scene.press(.enter)
    #expect(scene.intents == (meetsOthers ? [.change(.invite(.user("@bob:far.test")))] : []))
    #expect(scene.line(with: said) != nil)
  }

  @Test func anAskerCannotTakeANameThatIsMeantForSomebodyElse() {
    var scene = Scene([.own(), .invite("@mallory:spam.test", called: "rosa")])
    scene.press("+")
    scene.type("rosa")
    scene.press(.enter)
    #expect(scene.intents == [])
    #expect(scene.line(with: "write the user ID") != nil)
  }

  @Test func anAskerIsFoundByANameThatCanBeNobodyElses() {
    var scene = Scene([.own(), .invite("ola", called: "Ola K.")])
    scene.press("+")
    scene.type("ola k.")
    scene.press(.enter)
    #expect(scene.intents == [.change(.invite(.user("ola")))])
  }

  @Test(arguments: [
    ("@zed:far.test", "@zed:far.test"), ("zed", "@zed:harbor.example"), ("@zed", "@zed:harbor.example"),
    ("  zed ", "@zed:harbor.example"),
  ])
  func plusInvitesByUserIDOrName(text: String, user: String) {
    var scene = Scene(InviteTests.people)
    scene.press("+")
    scene.type(text)
    scene.press(.enter)
    #expect(scene.intents == [.change(.invite(.user(user)))])
  }

  @Test(arguments: [
    ("", "a user ID is needed"), ("zed:", "is not a user ID"), ("mara", "that is you"),
    ("ann", "is on your list already"), ("wil", "has not answered your invite yet"),
  ])
  func aMistakeStaysInThePrompt(text: String, problem: String) {
    var scene = Scene(InviteTests.people)
    scene.press("+")
    scene.type(text)
    scene.press(.enter)
    #expect(scene.intents == [])
    #expect(scene.line(with: problem) != nil)
    #expect(scene.line(with: " invite:") != nil)
  }
}
