import PorchlightConfig
import Testing

struct DurationTextTests {
  @Test(arguments: [
    ("90s", 90), ("5m", 300), ("1h30m", 5400), ("2d", 172_800), ("1d2h3m4s", 93_784), ("007m", 420),
  ])
  func aSpanIsRead(_ text: String, _ seconds: Int) {
    #expect(DurationText.parse(text) == .seconds(seconds))
  }

  @Test(arguments: [
    "", "5", "m", "5 m", "-5m", "+5m", "5M", "30m1h", "1h1h", "0s", "0h0m", "1.5h", "5m ", "٥m", "five",
    "99999999999999999999s", "9999999999d", "11d11d", "4000d",
  ])
  func anythingElseIsRefused(_ text: String) {
    #expect(DurationText.parse(text) == nil)
  }
}
