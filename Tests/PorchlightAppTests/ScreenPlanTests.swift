import MatrixWire
import Screen
import Testing

@testable import PorchlightApp

@Suite struct ScreenPlanTests {
  private func columns(_ rows: Int, _ columns: Int) -> RosterColumns {
    let plan = ScreenPlan(size: Size(rows: rows, columns: columns), showsDetail: true)
    return RosterColumns(width: plan.list.columns, shape: plan.shape)
  }

  @Test func sixtyColumnsShowTheStatusText() {
    let columns = columns(20, 60)
    #expect((columns.status?.count ?? 0) >= 18)
    #expect((16...24).contains(columns.name.count))
    #expect(Scene.porch(rows: 20, columns: 60).line(with: "Amara")?.contains("on call, ping me") == true)
  }

  @Test(arguments: [(100, 26), (110, 33), (120, 32), (160, 60)])
  func wideScreensGiveTheStatusTheRoom(width: Int, least: Int) {
    #expect((columns(30, width).status?.count ?? 0) >= least)
  }

  @Test(arguments: 40...200)
  func theColumnsOfARowNeverMeet(width: Int) {
    let columns = RosterColumns(width: width, shape: .full)
    let ranges = [columns.name, columns.state, columns.active, columns.status].compactMap { $0 }
    for (left, right) in zip(ranges, ranges.dropFirst()) { #expect(left.upperBound < right.lowerBound) }
    #expect((ranges.last?.upperBound ?? 0) <= width)
  }

  @Test func theCursorStandsOnTheSelectedRow() throws {
    var scene = Scene.porch()
    let cursor = try #require(scene.grid.cursor)
    #expect(!cursor.isVisible)
    #expect(scene.grid.text(row: cursor.position.row).hasPrefix(" > "))
    scene.press("j")
    #expect(scene.grid.cursor?.position.row == cursor.position.row + 1)
    scene.press("s")
    #expect(scene.grid.cursor?.isVisible == true)
    scene.press(.escape, .enter)
    let menu = try #require(scene.grid.cursor)
    #expect(!menu.isVisible && scene.grid.text(row: menu.position.row).contains(">i"))
  }

  @Test func rightToLeftNamesAreSetApart() {
    let scene = Scene([.own()] + .person("dan", .online, "שלום 14:00", called: "דן"))
    #expect(scene.line(with: "דן")?.contains(" \u{200E}דן\u{200E}") == true)
    #expect(scene.line(with: "דן")?.contains("שלום\u{200E} 14:00") == true)
  }
}
