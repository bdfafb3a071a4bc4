import MatrixWire
import PorchlightSDK
import Screen
import Testing

@testable import PorchlightApp

/// When those who share a room are folded, by themselves and by hand.
@Suite struct AroundFoldingTests {
  /// As many people around as that.
  private static func crowd(_ count: Int) -> Scene {
    var scene = Scene(isConnected: false)
    scene.connect(
      [.own()] + .person("ann", .online),
      rooms: .joined([.room("square", "Square", .everyone, with: (0..<count).map { "p\(100 + $0)" })]))
    return scene
  }

  private static func joined(_ names: [String], _ membership: Membership = .join) -> RoomsUpdate {
    .joined([.changed("square", names.map { .member($0, membership) })])
  }

  @Test(arguments: [(30, false), (31, true)])
  func moreThanThirtyAreFolded(count: Int, isFolded: Bool) {
    let scene = Self.crowd(count)
    #expect(scene.order.contains("\(isFolded ? "+" : "-")Around \(count)"))
    #expect(scene.order.count == (isFolded ? 3 : 3 + count))
  }

  /// One person who comes and goes folds nothing again and again.
  @Test func theyAreShownAgainOnlyWhenTheyAreFewerThanTwentyFive() {
    var scene = Self.crowd(31)
    scene.receive([], rooms: Self.joined((0..<6).map { "p\(100 + $0)" }, .leave))
    #expect(scene.order.contains("+Around 25"))
    scene.receive([], rooms: Self.joined(["p106"], .leave))
    #expect(scene.order.contains("-Around 24"))
    scene.receive([], rooms: Self.joined((0..<6).map { "q\($0)" }))
    #expect(scene.order.contains("-Around 30"))
  }

  @Test func nothingFoldsUnderAHand() {
    var scene = Self.crowd(30)
    scene.press("g")
    scene.receive([], rooms: Self.joined(["q1"]))
    #expect(scene.order.contains("-Around 31"))
    scene.wait(.milliseconds(2_999))
    #expect(scene.order.contains("-Around 31"))
    scene.wait(.milliseconds(1))
    #expect(scene.order == ["-Here 1", "ann", "+Around 31"])
  }

  @Test func theGroupThatTheUserIsInStaysAsItIs() {
    var scene = Self.crowd(30)
    scene.press("G")
    scene.receive([], rooms: Self.joined(["q1"]))
    scene.wait(.seconds(60))
    #expect(scene.order.contains("-Around 31") && scene.selected == "p129")
    scene.press("g")
    scene.wait(.seconds(3))
    #expect(scene.order.contains("+Around 31"))
    scene.press("G")
    scene.receive([], rooms: Self.joined((0..<20).map { "p\(100 + $0)" }, .leave))
    scene.wait(.seconds(60))
    #expect(scene.order.contains("+Around 11") && scene.selected == "+Around")
    scene.press("k")
    scene.wait(.seconds(3))
    #expect(scene.order.contains("-Around 11"))
  }

  /// The first answer comes while a key has just been pressed.
  @Test func whoWasNotThereBeforeIsFoldedAtOnce() {
    var scene = Scene(isConnected: false)
    scene.press("j")
    scene.connect(
      [.own()] + .person("ann", .online),
      rooms: .joined([.room("square", "Square", .everyone, with: (0..<40).map { "p\(100 + $0)" })]))
    #expect(scene.order == ["-Here 1", "ann", "+Around 40"])
  }

  @Test func whatIsOpenedByHandStaysOpen() {
    var scene = Self.crowd(31)
    scene.press("G", .tab)
    #expect(scene.order.contains("-Around 31"))
    scene.receive([], rooms: .joined([.room("more", "More", .invited, with: ["q1", "q2"])]))
    #expect(scene.order.contains("-Around 33"))
    scene.press("u")
    #expect(scene.order.contains("+Around 33"))
  }

  @Test func whatIsFoldedByHandStaysFolded() {
    var scene = Self.crowd(3)
    scene.press(":")
    scene.type("fold around")
    scene.press(.enter)
    #expect(scene.order == ["-Here 1", "ann", "+Around 3"])
    scene.wait(.seconds(4))
    scene.receive([], rooms: Self.joined(["p100"], .leave))
    #expect(scene.order == ["-Here 1", "ann", "+Around 2"])
  }
}
