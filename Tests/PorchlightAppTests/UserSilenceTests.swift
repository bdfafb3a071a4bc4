import Ports
import Screen
import Testing

@testable import PorchlightApp

/// When an input says that the user is back, so that the way to the server is taken anew.
struct UserSilenceTests {
  private func ends(after span: Duration, with input: InputEvent) -> Bool {
    var silence = UserSilence(now: .origin)
    return silence.ends(with: input, at: .origin + span)
  }

  @Test func aKeyAfterMinutesRenewsThePoll() { #expect(ends(after: .seconds(120), with: .key(.down))) }

  @Test func aKeyBetweenKeysDoesNot() { #expect(!ends(after: .seconds(119), with: .key(.down))) }

  @Test func aProcessThatGoesOnAfterAStopRenewsThePoll() {
    #expect(ends(after: .seconds(1), with: .resumed(Size(rows: 24, columns: 80))))
  }

  @Test func anotherSizeIsNobody() {
    #expect(!ends(after: .seconds(1000), with: .resized(Size(rows: 24, columns: 80))))
  }

  @Test func whoTypesOnRenewsOnce() {
    var silence = UserSilence(now: .origin)
    let keys = (0..<3).map { silence.ends(with: .key(.down), at: .origin + .seconds(600 + $0)) }
    #expect(keys == [true, false, false])
  }
}
