internal import Foundation

/// A conversation between servers as text: commands, and below each group of them what follows.
///
///     # What the file shows.
///     ann invites bob
///     wait 1s
///     ----
///     +0.00s    red -> blue #1: invite, ann asks bob
///
/// Lines that begin with `#` are for the reader. `PORCHLIGHT_REWRITE_SCENARIOS=1 swift test --filter Scenario` writes
/// what follows anew.
struct ScenarioFile: Sendable {
  struct Group: Sendable {
    /// Comments and empty lines before it.
    var before: [String] = []
    var commands: [String] = []
    var follows: [String] = []
  }

  let name: String
  var groups: [Group]
  /// Comments and empty lines at the end.
  private var after: [String]

  init(name: String, text: String) {
    self.name = name
    groups = []
    var (group, isFollowing) = (Group(), false)
    for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
      if isFollowing {
        guard line.isEmpty else {
          group.follows.append(line)
          continue
        }
        groups.append(group)
        (group, isFollowing) = (Group(), false)
      } else if line == "----" {
        isFollowing = true
      } else if group.commands.isEmpty, line.isEmpty || line.hasPrefix("#") {
        group.before.append(line)
      } else {
        group.commands.append(line)
      }
    }
    if isFollowing { groups.append(group) }
    after = isFollowing ? [] : group.before.filter { !$0.isEmpty }
  }

  /// The file as it is written, one empty line between groups.
  var text: String {
    let written = groups.map { group in
      (group.before.filter { !$0.isEmpty } + group.commands + ["----"] + group.follows).joined(
        separator: "\n")
    }
    return (written + (after.isEmpty ? [] : [after.joined(separator: "\n")])).joined(separator: "\n\n") + "\n"
  }

  // MARK: On disk

  static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Scenarios")

  /// The names of all files, in order.
  static let names: [String] = {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return files.filter { $0.hasSuffix(".txt") }.sorted()
  }()

  static var isRewriting: Bool {
    ProcessInfo.processInfo.environment["PORCHLIGHT_REWRITE_SCENARIOS"] == "1"
  }

  init(named name: String) throws {
    let url = Self.folder.appending(path: name)
    self.init(name: name, text: try String(contentsOf: url, encoding: .utf8))
  }

  func write() throws {
    try text.write(to: Self.folder.appending(path: name), atomically: true, encoding: .utf8)
  }
}

/// A line of a file that cannot be done.
struct ScenarioProblem: Error, CustomStringConvertible {
  let line: String
  let reason: String

  var description: String { "'\(line)': \(reason)" }
}
