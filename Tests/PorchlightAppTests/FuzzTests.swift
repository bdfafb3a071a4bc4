import MatrixWire
import PorchlightSDK
import Ports
import Screen
import Testing

@testable import PorchlightApp

@Suite struct FuzzTests {
  /// Whatever comes in whatever order on whatever screen: no trap, and every picture fits.
  @Test(arguments: 0..<4 as Range<UInt64>)
  func anyFiveHundredMessagesLeaveAPictureThatFits(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var scene = Scene.porch(idleAfter: .seconds(20))
    var shown = Grid(size: scene.model.size)
    for _ in 0..<500 {
      step(&scene, &random)
      let next = scene.grid
      #expect(next.size == scene.model.size)
      let changes = patches(from: shown, to: next)
      if shown.size != next.size { shown = Grid(size: next.size) }
      apply(changes, to: &shown)
    }
    shown.cursor = scene.grid.cursor
    #expect(shown == scene.grid)
    #expect(scene.model.nextTick(after: scene.now).map { $0 > scene.now.instant } ?? true)
  }

  @Test func everySizeHasAPicture() {
    let scene = Scene.porch()
    let prompt = Prompt(.status, LineEditor("text", byteLimit: 9))
    var line = CommandPrompt()
    line.complete(.next, in: scene.model)
    for layer in [
      nil, Layer.help(top: 3), .prompt(prompt), .confirmation(.removal(of: .user("zoe"), from: .own)),
      .commandPrompt(line),
    ] {
      for rows in [0, 1, 2, 3, 5, 7, 8, 9, 10, 15, 16, 19, 20, 24, 29, 30, 40] {
        for columns in Array(0...14) + [20, 31, 39, 40, 47, 48, 61, 62, 79, 80, 99, 100, 120, 200] {
          var model = scene.model
          if let layer { model.layers.open(layer) }
          let size = Size(rows: rows, columns: columns)
          #expect(view(model, size, now: scene.now).size == size)
        }
      }
    }
  }

  private func step(_ scene: inout Scene, _ random: inout SeededGenerator) {
    switch Int.random(in: 0..<12, using: &random) {
    case 0..<6: scene.press(Self.keys.randomElement(using: &random) ?? .enter)
    case 6:
      let size = Size(
        rows: .random(in: 0...40, using: &random), columns: .random(in: 0...130, using: &random))
      scene.send(.input(.resized(size)))
    case 7: scene.wait(.milliseconds(.random(in: 0...30_000, using: &random)))
    case 8: scene.interrupt(retryIn: .seconds(.random(in: 0...9, using: &random)))
    case 9: scene.send(.input(.paste("паста\n\u{1B}[1m写")))
    default: scene.receive(events(&random), isComplete: .random(in: 0..<20, using: &random) == 0)
    }
  }

  private func events(_ random: inout SeededGenerator) -> [StreamEvent] {
    (0..<Int.random(in: 0...4, using: &random)).map { _ in
      let name = ["zoe", "ola", "jon", "new", "写", "ann", "bob"].randomElement(using: &random) ?? "zoe"
      return switch Int.random(in: 0..<6, using: &random) {
      case 0: .invite(name, [.pending, .accepted, .withdrawn].randomElement(using: &random) ?? .pending)
      case 1: .list(name, [.pending, .accepted, .denied, .revoked].randomElement(using: &random) ?? .pending)
      case 2: .own(Self.states.randomElement(using: &random) ?? .online, name)
      default:
        .state(
          name, Self.states.randomElement(using: &random) ?? .online, "\(name)\u{7}\u{202E}",
          called: name + "王",
          ago: .seconds(.random(in: -5...100_000, using: &random)))
      }
    }
  }

  private static let states: [PresenceState] = [
    .online, .unavailable, .offline, .freeForChat, .hidden, .busy, .unknown, .other("x"),
  ]

  private static let keys: [Key] =
    Keymap.Scope.allCases.flatMap { Keymap.standard.bindings(in: $0) }.flatMap(\.keys)
    + [
      .left, .right, .backspace, .delete, .insert, .backTab, "z", "写", "\u{301}", "\u{0}", .unknown([]),
      .keypadEnter,
      .text("1"),
    ]
}
