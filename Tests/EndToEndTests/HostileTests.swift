import DemoWorld
import Homeserver
import PorchlightSDK
import PorchlightTestSupport
import Screen
import Testing

/// People who attack the terminal with their names and texts, as `porchlight demo --hostile` has them.
struct HostileTests {
  @Test(arguments: [
    Size(rows: 24, columns: 80), Size(rows: 40, columns: 120), Size(rows: 10, columns: 40),
    Size(rows: 5, columns: 20),
  ])
  func nothingOfThemReachesAGridRaw(_ size: Size) throws {
    let simulation = Simulation()
    var options = DemoWorld.Options()
    options.people = 3
    options.hostile = true
    let (_, user) = try TestHomeserver.start(with: options, in: simulation)
    let app = AppDriver(user, in: simulation, size: size)
    simulation.advance(by: .seconds(10))
    app.type("oG")
    for _ in 0..<20 {
      app.type("ki")
      simulation.advance(by: .seconds(20))
      let bad = app.text.unicodeScalars.filter { scalar in
        scalar != "\n"
          && (scalar.properties.generalCategory == .control || scalar.properties.generalCategory == .format
            || scalar.properties.isDefaultIgnorableCodePoint)
      }
      #expect(bad.isEmpty)
      #expect(app.text.split(separator: "\n", omittingEmptySubsequences: false).count <= size.rows)
    }
  }

  /// Of the escape that wants a red name, what can be read is left.
  @Test func theirNamesAreShownWithoutTheirTeeth() throws {
    let simulation = Simulation()
    var options = DemoWorld.Options()
    options.people = 0
    options.hostile = true
    let (_, user) = try TestHomeserver.start(with: options, in: simulation)
    let app = AppDriver(user, in: simulation, size: Size(rows: 40, columns: 120))
    simulation.advance(by: .seconds(10))
    app.type("o")
    simulation.advance(by: .seconds(10))
    #expect(app.line(of: "[31mred") != nil)
    #expect(app.line(of: "two lines") != nil)
  }
}
