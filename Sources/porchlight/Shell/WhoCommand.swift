internal import ArgumentParser
internal import MatrixWire
internal import PorchlightApp
internal import PorchlightSDK
internal import Screen

/// `porchlight who`: all contacts, once.
struct WhoCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "who", abstract: "Show everybody on your list.",
    discussion: "Reading it does not make you online. Ends with 1 where nobody is on it.")

  @Flag(help: "As a JSON array.")
  var json = false

  @OptionGroup var server: ServerOptions

  func run() async throws {
    try await server.withSession { session, _ in
      let list = try await session.presenceList().list
      if json {
        Output.json(list.map { PersonReport($0) })
      } else {
        Output.table(list.map { Self.row($0) })
      }
      guard list.isEmpty else { return }
      if !json { Output.remark("nobody is on your list; porchlight invite ID asks to see a user") }
      throw ExitCode(ExitStatus.failed)
    }
  }

  private static func row(_ entry: ListEntry) -> [SafeText] {
    let content = entry.presence
    let name = DisplayName.shown(content.displayName) ?? String(entry.userID.localpart)
    let isPending = entry.state == .pending
    let state = isPending ? StateText.of(entry.state) : StateText.of(content.state)
    let note =
      content.state == .unknown
      ? UnknownText.of(content.unknownReason, entry.userID, isPending: isPending)
      : content.statusMessage ?? ""
    return [
      SafeText(untrusted: state), SafeText(untrusted: name).clipped(to: widestName),
      Output.identifier(entry.userID),
      SafeText(untrusted: age(content)), SafeText(untrusted: note),
    ]
  }

  /// In cells; as in the roster, no name may push the rest away.
  private static let widestName = 24

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

  /// Rows in columns, each as wide as its widest text, within reason: one long name must not move all others. On a
  /// terminal a row is one line, and what does not fit is cut.
  static func table(_ rows: [[SafeText]]) {
    let count = rows.map(\.count).max() ?? 0
    let widths = (0..<count).map { column in
      min(widestColumn, rows.compactMap { $0.dropFirst(column).first?.cells }.max() ?? 0)
    }
    let columns = ProcessEnvironment().outputColumns
    for row in rows {
      var line = SafeText.empty
      for (text, width) in zip(row, widths) { line += text.padded(to: width) + .spaces(2) }
      put(line, columns)
    }
  }

  /// A line that holds what others said; on a terminal, cut where it ends.
  static func text(_ text: String) {
    put(SafeText(untrusted: text, keepingSpaces: true), ProcessEnvironment().outputColumns)
  }

  private static func put(_ text: SafeText, _ columns: Int?) {
    var line = (columns.map { text.clipped(to: $0) } ?? text).string
    while line.hasSuffix(" ") { line.removeLast() }
    self.line(line)
  }

  private static let widestColumn = 40
}
