import Foundation
import MatrixWire
import Ports
import Screen
import Testing

@testable import PorchlightApp

@Suite struct TimeTextTests {
  @Test(arguments: [
    (-5, "<1m"), (0, "<1m"), (59, "<1m"), (60, "1m"), (3_599, "59m"), (3_600, "1h"), (86_399, "23h"),
    (86_400, "1d"), (400 * 86_400, "400d"),
  ])
  func agesAreOneWord(seconds: Int, text: String) {
    #expect(AgeText.text(.seconds(seconds)) == text)
  }

  @Test(arguments: [0, 1, 59, 60, 61, 3_599, 3_600, 7_300, 86_400, 100_000])
  func theNextChangeIsTheFirstMomentTheTextDiffers(seconds: Int) {
    let age: Duration = .seconds(seconds)
    let next = age + AgeText.nextChange(age)
    #expect(AgeText.text(next) != AgeText.text(age))
    #expect(AgeText.text(next - .nanoseconds(1)) == AgeText.text(age))
  }

  /// Both sides of both changes of a year, as the zone's rules have them at each instant.
  @Test(arguments: [
    ("2026-03-29T00:59:00Z", "01:59"), ("2026-03-29T01:00:00Z", "03:00"),
    ("2026-10-25T00:59:00Z", "02:59"), ("2026-10-25T01:00:00Z", "02:00"),
  ])
  func afterTheClockChangeTheFeedIsNotAnHourOff(utc: String, local: String) throws {
    let zone = try #require(TimeZone(identifier: "Europe/Berlin"))
    let date = try Date(utc, strategy: .iso8601)
    let wall = WallTime(milliseconds: Int64(date.timeIntervalSince1970 * 1_000))
    let text = ClockText.text(wall) {
      .seconds(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double($0.milliseconds) / 1_000)))
    }
    #expect(text == local)
  }

  @Test func withoutAConnectionNobodyIsThereNow() {
    var scene = Scene([.own()] + .person("bob", .online))
    #expect(scene.line(with: "bob")?.contains("now") == true)
    scene.interrupt(retryIn: .seconds(600))
    scene.wait(.seconds(75))
    #expect(scene.line(with: "◉ bob")?.contains("1m") == true)
    #expect(scene.line(with: "was online, active 1m ago") != nil)
    #expect(!scene.grid.text.contains("now"))
  }

  @Test func aRosterThatCannotAgeSleeps() {
    var scene = Scene([.own(.busy)] + .person("bob", .online))
    scene.wait(.seconds(400))
    #expect(scene.model.nextTick(after: scene.now) == nil)
  }

  @Test func theNextTickIsTheYoungestLabels() {
    var scene = Scene([.own(.busy)] + .person("bob", .unavailable, ago: .seconds(70)))
    scene.send(.tick)
    #expect(scene.model.nextTick(after: scene.now) == scene.now.instant + .seconds(50))
  }
}
