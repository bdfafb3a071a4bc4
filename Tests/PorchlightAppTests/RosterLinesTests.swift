import MatrixWire
import PorchlightSDK
import Ports
import Testing

@testable import PorchlightApp

/// The list as lines, which are made only where they are asked for.
@Suite struct RosterLinesTests {
  private static let states: [PresenceState] = [.online, .busy, .unavailable, .offline, .unknown]

  /// Groups of which some are empty and some folded, and one of the rows or headings selected.
  private static func scene(_ random: inout SeededGenerator) -> Scene {
    var scene = Scene()
    let people = (0..<Int.random(in: 0...12, using: &random)).map { "p\($0)" }
    scene.receive(
      people.flatMap {
        [StreamEvent].person($0, states.randomElement(using: &random) ?? .online)
      } + (Bool.random(using: &random) ? [.invite("ola")] : []))
    for group in RosterGroup.allCases where group != .invites {
      scene.model.list.fold(group, Bool.random(using: &random))
    }
    let rows = scene.model.list.order.places.map(\.row) + RosterGroup.allCases.map(RowID.heading)
    scene.model.list.selection = rows.randomElement(using: &random)
    return scene
  }

  /// They are those of the list written out, however they are asked for.
  @Test(arguments: 0..<60 as Range<UInt64>)
  func theyAreThoseOfTheWholeList(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let scene = Self.scene(&random)
    let lines = scene.model.list.lines
    let whole = WholeList(scene.model.list)
    #expect(lines.all == whole.lines)
    #expect(lines.selected == whole.selected)
    #expect(whole.lines.indices.map { lines.group(of: $0) } == whole.groups)
    let choices = whole.choices
    #expect((-1...choices.count).map { lines.choice($0) } == [nil] + choices.map(\.row) + [nil])
    #expect(lines.selectedChoice == whole.selected.flatMap { line in choices.firstIndex { $0.line == line } })
    #expect(lines.first == (choices.first { $0.row.userID != nil } ?? choices.first)?.row)
    for line in -1...(whole.lines.count + 1) {
      #expect(
        lines.nearest(to: line)
          == (choices.first { $0.line >= max(0, line) } ?? choices.last { $0.line < line })?.row)
    }
    for height in 0...5 {
      #expect(lines.window(near: 2, height: height).count == min(height, whole.lines.count))
    }
    guard let selected = whole.selected else { return }
    let group = whole.groups[selected]
    #expect(lines.firstOfNextGroup == choices.first { whole.groups[$0.line] > group }?.row)
    let above = choices.last { $0.line < selected }.map { whole.groups[$0.line] }
    #expect(lines.firstOfPreviousGroup == choices.first { whole.groups[$0.line] == above }?.row)
  }

  /// A change costs what it costs among few, whether the people are on the list or around, shown or folded.
  @Test(arguments: [false, true], [false, true])
  func aChangeCostsNoMoreAmongManyPeople(isAround: Bool, isFolded: Bool) {
    func cost(_ count: Int) -> Duration {
      let names = (0..<count).map { "p\($0)" }
      var scene = Scene(isConnected: false)
      if isAround {
        scene.connect([.own()], rooms: .joined([.room("square", "Square", .everyone, with: names)]))
      } else {
        scene.connect([.own()] + names.flatMap { [StreamEvent].person($0, .online) })
      }
      scene.model.list.fold(isAround ? .around : .here, isFolded)
      let clock = ContinuousClock()
      return (0..<5).map { _ in
        clock.measure {
          for step in 0..<40 {
            scene.receive([.state("p\(step)", step % 2 == 0 ? .online : .busy, "\(step)")])
            _ = scene.model.nextTick(after: scene.now)
          }
        }
      }.min() ?? .zero
    }
    #expect(cost(5_000) < cost(250) * 6)
  }
}

/// The lines of a list, all of them written out.
private struct WholeList {
  var lines: [RosterLine] = []
  var groups: [RosterGroup] = []
  var selected: Int?

  init(_ list: RosterList) {
    for group in RosterGroup.allCases {
      let rows = list.order.places.filter { $0.key.group == group }.map(\.row)
      guard !rows.isEmpty else { continue }
      let isFolded = list.folded.contains(group)
      lines.append(.heading(group, count: rows.count, isFolded: isFolded))
      lines += rows.filter { !isFolded || $0 == list.selection }.map { .row($0) }
      while groups.count < lines.count { groups.append(group) }
    }
    selected = list.selection.flatMap { row in lines.firstIndex { $0.selectable == row } }
  }

  /// What can be selected, with its line.
  var choices: [(line: Int, row: RowID)] {
    lines.enumerated().compactMap { line, content in content.selectable.map { (line, $0) } }
  }
}
