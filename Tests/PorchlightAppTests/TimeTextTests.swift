internal import MatrixWire
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
