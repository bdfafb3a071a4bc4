import Ports
import Testing

@testable import PorchlightSDK

/// Whether the process ran all the time.
struct PauseDetectorTests {
  private func moment(_ seconds: Int, wall: Int) -> Moment {
    Moment(
      instant: .origin + .seconds(seconds),
      wall: WallTime(milliseconds: 1_795_262_400_000 + Int64(wall) * 1000))
  }

  private func notices(_ seconds: Int, wall: Int) -> Bool {
    var detector = PauseDetector(now: moment(0, wall: 0))
    return detector.look(at: moment(seconds, wall: wall))
  }

  @Test func aMachineThatSleptAnHourIsNoticed() { #expect(notices(3605, wall: 3605)) }

  @Test func aMachineWhoseClockForDeadlinesSleptTooIsNoticed() { #expect(notices(5, wall: 3605)) }

  @Test func aBusyMachineIsNot() { #expect(!notices(9, wall: 9)) }

  @Test func aClockThatIsSetBackIsNot() { #expect(!notices(5, wall: -3600)) }

  @Test func itIsNoticedOnce() {
    var detector = PauseDetector(now: moment(0, wall: 0))
    let looks = [detector.look(at: moment(100, wall: 100)), detector.look(at: moment(105, wall: 105))]
    #expect(looks == [true, false])
  }

  @Test func aWallClockAtItsEndTrapsNothing() {
    var detector = PauseDetector(now: Moment(instant: .origin, wall: WallTime(milliseconds: .min)))
    let isPause = detector.look(at: Moment(instant: .origin, wall: WallTime(milliseconds: .max)))
    #expect(isPause)
  }
}
