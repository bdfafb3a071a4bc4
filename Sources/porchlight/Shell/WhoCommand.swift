internal import ArgumentParser
internal import MatrixWire
internal import PorchlightApp
internal import PorchlightSDK
internal import Screen

/// `porchlight who`: everybody on the list, once.
struct WhoCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "who", abstract: "Show everybody on your list.",
    discussion: "Reading it does not make you online. Ends with 1 where nobody is on it.")

  @Flag(help: "As a JSON array.")
  var json = false

  @OptionGroup var server: ServerOptions

  func run() async throws {
    try await server.withSession { session in
      let list = try await session.presenceList().list
      if json {
        Output.json(list.map { PersonReport($0) })
      } else {
        Output.table(list.map { Self.row($0) })
      }
      if list.isEmpty { throw ExitCode(ExitStatus.failed) }
    }
  }

  private static func row(_ entry: ListEntry) -> [SafeText] {
    let content = entry.presence
    let name = content.displayName.flatMap { $0.isEmpty ? nil : $0 } ?? String(entry.userID.localpart)
    let state = entry.state == .pending ? "invited" : StateText.of(content.state)
    let note =
      content.unknownReason == .unreachable
      ? "no answer from \(entry.userID.server)" : content.statusMessage ?? ""
    return [
      SafeText(untrusted: state), SafeText(untrusted: name), Output.identifier(entry.userID),
      SafeText(untrusted: age(content)), SafeText(untrusted: note),
    ]
  }

  private static func age(_ content: PresenceContent) -> String {
    if content.currentlyActive == true { return "now" }
    guard let ago = content.idleAgo ?? content.lastActiveAgo else { return "-" }
    return AgeText.text(.milliseconds(ago))
  }
}

extension Output {
  /// A user ID as it is, with what a terminal would hide written out: two that differ look different.
  static func identifier(_ user: UserID) -> SafeText {
    let plain = SafeText(untrusted: user.rawValue)
    return plain.string == user.rawValue ? plain : SafeText(untrusted: escape(user.rawValue))
  }

  /// Rows in columns, each as wide as its widest text, within reason: one long name must not move all others.
  static func table(_ rows: [[SafeText]]) {
    let count = rows.map(\.count).max() ?? 0
    let widths = (0..<count).map { column in rows.compactMap { $0.dropFirst(column).first?.cells }.max() ?? 0
    }
    for row in rows {
      var line = ""
      for (text, width) in zip(row, widths) {
        line += text.string + String(repeating: " ", count: max(0, width - text.cells) + 2)
      }
      while line.hasSuffix(" ") { line.removeLast() }
      self.line(line)
    }
  }

  private static let widestColumn = 40
}
