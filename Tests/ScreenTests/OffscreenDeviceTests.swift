import Screen
import Testing

@Suite struct OffscreenDeviceTests {
  @Test func theGridIsWhatThePatchesSay() async {
    let device = OffscreenDevice(size: Size(rows: 2, columns: 8))
    var painter = Painter(size: Size(rows: 2, columns: 8))
    painter.put("李 hi", row: 1, column: 0)
    painter.placeCursor(row: 1, column: 3)
    await device.present(patches(from: nil, to: painter.grid), cursor: painter.grid.cursor)
    #expect(device.grid == painter.grid)
    #expect(device.presentations == 1)
  }

  @Test func aPictureForAnOldSizeIsCut() async {
    let device = OffscreenDevice(size: Size(rows: 2, columns: 8))
    device.resize(to: Size(rows: 1, columns: 3))
    var painter = Painter(size: Size(rows: 2, columns: 8))
    painter.put("abcdef", row: 0, column: 0)
    await device.present(patches(from: nil, to: painter.grid), cursor: nil)
    #expect(device.grid.text == "abc")
  }

  @Test func eventsArriveInOrder() async {
    let device = OffscreenDevice(size: Size(rows: 2, columns: 8))
    device.send(.key(.character("q")))
    device.resize(to: Size(rows: 1, columns: 1))
    await device.suspend()
    device.finish()
    var events: [InputEvent] = []
    for await event in device.events { events.append(event) }
    let size = Size(rows: 1, columns: 1)
    #expect(events == [.key(.character("q")), .resized(size), .resumed(size)])
  }
}
