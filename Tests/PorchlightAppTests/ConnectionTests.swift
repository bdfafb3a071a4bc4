import MatrixWire
import PorchlightSDK
import Ports
import Screen
import Testing

@testable import PorchlightApp

@Suite struct ConnectionTests {
  private static let reason = "Nothing listens on http://127.0.0.1:8556."

  private func lost(rows: Int = 24, columns: Int = 80) -> Scene {
    var scene = Scene.porch(rows: rows, columns: columns)
    scene.interrupt(Self.reason, retryIn: .seconds(600))
    return scene
  }

  private func words(_ grid: Grid) -> String { words(of: grid.text) }

  private func words(of text: String) -> String {
    text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }

  @Test func staleDataIsDimmedWhereverItStands() throws {
    let grid = lost(rows: 40, columns: 120).grid
    let keys = 38...39
    for row in 0..<40 where !keys.contains(row) && !grid.text(row: row).contains("Nothing listens") {
      for column in 0..<120 where grid[row, column].glyph != .space {
        #expect(grid[row, column].style.attributes.contains(.dim), "row \(row) column \(column)")
      }
    }
  }

  @Test(arguments: [(24, 80), (20, 60), (10, 40), (30, 110)])
  func theReasonIsNotCut(rows: Int, columns: Int) {
    #expect(words(lost(rows: rows, columns: columns).grid).contains(Self.reason))
  }

  @Test func aLongReasonTakesMoreLines() {
    var scene = Scene.porch()
    let reason =
      "The answer of harbor.example to GET sync is not what Matrix says: "
      + String(repeating: "a word and more ", count: 9)
    scene.interrupt(reason)
    #expect(words(scene.grid).contains(words(of: reason)))
  }

  @Test func aSmallScreenShowsTheReasonToo() {
    var scene = Scene.porch(rows: 7, columns: 30)
    scene.interrupt("Nothing listens on http://127.0.0.1:8556.")
    #expect(words(scene.grid).contains("Nothing listens on http://127.0.0.1:8556."))
  }

  @Test func theTitleSaysThatOneIsOfflineToOthers() {
    #expect(lost().grid.text(row: 0).contains("◌ offline to others (online)"))
  }

  @Test(arguments: [Key.character("R"), .function(5)])
  func aKeyTriesAtOnce(key: Key) {
    var scene = lost()
    #expect(scene.line(with: "reconnecting in 600s") != nil)
    scene.press(key)
    #expect(scene.intents == [.reconnect])
    #expect(scene.line(with: "reconnecting...") != nil)
  }

  @Test func theKeyIsNamedWhereItIsNeeded() {
    var scene = lost()
    #expect(scene.grid.text(row: 23).hasPrefix(" R connect"))
    scene.press("?")
    #expect(scene.line(with: "try to connect at once")?.contains("R F5") == true)
  }

  @Test func theFirstAnswerMakesEverythingLiveAgain() {
    var scene = lost()
    scene.receive([])
    #expect(scene.line(with: "live") != nil)
    #expect(!scene.grid[7, 10].style.attributes.contains(.dim))
    #expect(scene.grid.text(row: 0).contains("◉ online"))
  }

  @Test func theServerIsAskedWhatItSpeaksAfterEachInterruption() {
    var scene = Scene(isConnected: false)
    scene.receive([.own()], isComplete: true)
    #expect(scene.intents == [.askVersions])
    scene.receive([])
    #expect(scene.intents == [])
    scene.interrupt()
    scene.receive([])
    #expect(scene.intents == [.askVersions])
    scene.send(.versions(VersionsAnswer(versions: ["v1.11"], unstableFeatures: [:])))
    scene.receive([])
    #expect(scene.intents == [])
    // It may be another version now.
    scene.interrupt()
    scene.receive([])
    #expect(scene.intents == [.askVersions])
    scene.receive([])
    #expect(scene.intents == [])
  }

  @Test func aServerWithoutListsIsNotNobodyYetLive() {
    var scene = Scene()
    scene.send(.versions(VersionsAnswer(versions: ["v1.11"], unstableFeatures: [:])))
    #expect(words(scene.grid).contains("This server has no presence lists: nobody can be asked here."))
    #expect(scene.line(with: "nobody yet") == nil)
    #expect(scene.line(with: "connected, no lists") != nil)
    scene.press("+")
    #expect(scene.line(with: "no lists here: nobody to ask") != nil)
    #expect(scene.model.layers.isEmpty)
  }

  @Test func aServerWithListsIsAsBefore() {
    var scene = Scene()
    scene.send(
      .versions(VersionsAnswer(versions: ["v1.11"], unstableFeatures: [UnstablePrefix.namespace: true])))
    #expect(scene.line(with: "nobody yet") != nil)
  }
}
