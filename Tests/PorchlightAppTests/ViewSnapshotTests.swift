import MatrixWire
import PorchlightSDK
import Ports
import Screen
import Testing

@testable import PorchlightApp

@Suite struct ViewSnapshotTests {
  static let sizes = [(24, 80), (40, 120), (10, 40), (5, 20)]

  @Test(arguments: sizes)
  func aFullRosterIsReadableInUnicode(rows: Int, columns: Int) throws {
    let scene = Scene.porch(rows: rows, columns: columns)
    try expectSnapshot(scene.grid, named: "aFullRosterIsReadableInUnicode-\(columns)x\(rows)")
  }

  @Test(arguments: sizes)
  func aFullRosterIsReadableInASCII(rows: Int, columns: Int) throws {
    let capabilities = ScreenCapabilities(colors: 0, unicode: false)
    let scene = Scene.porch(rows: rows, columns: columns, capabilities: capabilities)
    try expectSnapshot(scene.grid, named: "aFullRosterIsReadableInASCII-\(columns)x\(rows)")
  }

  @Test(arguments: [(2, 30, "8/14"), (5, 11, "8/14"), (1, 3, "8"), (1, 0, "")])
  func aTinyScreenShowsWhoIsHereOfAll(rows: Int, columns: Int, text: String) {
    let scene = Scene.porch(rows: rows, columns: columns)
    #expect(scene.grid.text(row: 0) == text)
  }

  @Test func aSmallScreenBeginsWithTheOwnMark() {
    var scene = Scene(rows: 5, columns: 20)
    scene.press("3")
    #expect(scene.grid.text(row: 0).hasPrefix(" ⊘ "))
  }

  @Test func aTextOfInvisibleLettersIsNone() {
    let scene = Scene([.own()] + .person("ann", .online, "\u{200B}\u{202E}"))
    #expect(!scene.grid.text.contains("\"\""))
  }

  @Test func asciiMarksLeaveNamesAsTheyAre() throws {
    try expectSnapshot(Scene.porch(glyphs: .ascii).grid, named: "asciiMarksLeaveNamesAsTheyAre")
  }

  @Test func theFirstFrameSaysConnecting() throws {
    try expectSnapshot(Scene(isConnected: false).grid, named: "theFirstFrameSaysConnecting")
  }

  @Test func anEmptyListSaysHowToBegin() throws {
    try expectSnapshot(Scene().grid, named: "anEmptyListSaysHowToBegin")
  }

  @Test func theMenuOfAnInviteOffersAnswers() throws {
    var scene = Scene.porch()
    scene.press("I", .enter)
    try expectSnapshot(scene.grid, named: "theMenuOfAnInviteOffersAnswers")
  }

  @Test func theMenuOfAPersonStandsBesideTheRow() throws {
    var scene = Scene.porch()
    scene.press(.enter)
    try expectSnapshot(scene.grid, named: "theMenuOfAPersonStandsBesideTheRow")
  }

  @Test(arguments: [(24, 80), (12, 40), (6, 24)])
  func theHelpFitsEveryScreen(rows: Int, columns: Int) throws {
    var scene = Scene.porch(rows: rows, columns: columns)
    scene.press("?")
    try expectSnapshot(scene.grid, named: "theHelpFitsEveryScreen-\(columns)x\(rows)")
  }

  @Test func theStatusEditorShowsTheTextAndTheCursor() throws {
    var scene = Scene.porch()
    scene.press("s", .home)
    try expectSnapshot(scene.grid, named: "theStatusEditorShowsTheTextAndTheCursor")
  }

  @Test func theInvitePromptSaysWhatIsWrong() throws {
    var scene = Scene.porch()
    scene.press("+")
    scene.type("@ola:")
    scene.press(.enter)
    try expectSnapshot(scene.grid, named: "theInvitePromptSaysWhatIsWrong")
  }

  @Test(arguments: [(24, 80), (10, 40), (5, 20)])
  func theWaysToCompleteALineAreListed(rows: Int, columns: Int) throws {
    var scene = Scene.porch(rows: rows, columns: columns)
    scene.press(":")
    scene.type("remove ")
    scene.press(.tab, .tab, .tab)
    try expectSnapshot(scene.grid, named: "theWaysToCompleteALineAreListed-\(columns)x\(rows)")
  }

  @Test func theCommandLineIsReadableInASCII() throws {
    var scene = Scene.porch(capabilities: ScreenCapabilities(colors: 0, unicode: false))
    scene.press(":")
    scene.type("s")
    scene.press(.tab)
    try expectSnapshot(scene.grid, named: "theCommandLineIsReadableInASCII")
  }

  @Test(arguments: [(24, 80), (5, 20)])
  func theCommandLineSaysWhatIsWrong(rows: Int, columns: Int) throws {
    var scene = Scene.porch(rows: rows, columns: columns)
    scene.press(":")
    scene.type("set sleepy")
    scene.press(.enter)
    try expectSnapshot(scene.grid, named: "theCommandLineSaysWhatIsWrong-\(columns)x\(rows)")
  }

  @Test func removalAsksFirst() throws {
    var scene = Scene.porch()
    scene.press("X")
    try expectSnapshot(scene.grid, named: "removalAsksFirst")
  }

  @Test func theCountdownWarnsBeforeIdle() throws {
    var scene = Scene.porch()
    scene.wait(.seconds(300 - 5 - 24))
    try expectSnapshot(scene.grid, named: "theCountdownWarnsBeforeIdle")
  }

  @Test func idleStandsInTheTitle() throws {
    var scene = Scene.porch()
    scene.wait(.seconds(600))
    try expectSnapshot(scene.grid, named: "idleStandsInTheTitle")
  }

  @Test func aChoiceIsShownAsPending() throws {
    var scene = Scene.porch()
    scene.press("3")
    try expectSnapshot(scene.grid, named: "aChoiceIsShownAsPending")
  }

  @Test func anInterruptionKeepsTheRosterAndCountsDown() throws {
    var scene = Scene.porch()
    scene.interrupt("The server at harbor.example did not answer within 30 s.")
    try expectSnapshot(scene.grid, named: "anInterruptionKeepsTheRosterAndCountsDown")
  }

  @Test func theEndOfTheSessionIsSaidClearly() throws {
    var scene = Scene.porch()
    scene.send(.loggedOut(SDKError(.loggedOut, "The session has ended: this device was removed.")))
    try expectSnapshot(scene.grid, named: "theEndOfTheSessionIsSaidClearly")
  }

  @Test func deferredMovesAreCounted() throws {
    var scene = Scene.porch()
    scene.press("j")
    scene.receive([.state("amara", .busy, "on call", called: "Amara", ago: .seconds(2))])
    try expectSnapshot(scene.grid, named: "deferredMovesAreCounted")
  }
}
