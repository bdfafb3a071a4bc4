internal import ArgumentParser
internal import MatrixWire
internal import PorchlightApp
internal import PorchlightSDK
internal import Ports
internal import Screen

/// `porchlight who`: all contacts and everybody around, once.
struct WhoCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "who", abstract: "Show everybody on your list, and who shares a room with you.",
    discussion: """
      Reading it does not make you online. Ends with 1 where there is nobody. Who is not on your list is marked \
      (around); with --json they have the state around, and the rooms that you share. On a server without presence lists \
      your list is whom you have a direct chat with.
      """)

  private enum Found {
    case listed(ListEntry, Sighting?)
    case around(Neighbor, Sighting?)

    var report: PersonReport {
      var report: PersonReport
      switch self {
      case .listed(let entry, let seen):
        report = PersonReport(entry)
        report.look.seen = seen
      case .around(let neighbor, let seen):
        report = PersonReport(neighbor)
        report.look.seen = seen
      }
      return report
    }
  }

  @OptionGroup var list: ListOptions

  @OptionGroup var server: ServerOptions

  func run() async throws {
    try await server.withRoster { source in
      let found = try await Self.everybody(source)
      try list.show(
        found, as: \.report, orSay: "nobody is on your list; porchlight invite ID asks to see a user",
        row: Self.row)
    }
  }

  private static func everybody(_ source: any RosterSource) async throws -> [Found] {
    let session = source.session
    guard let rooms = source as? RoomRosterSource else {
      let listed = try await session.presenceList().list
      let around = try await Self.around(session, besides: Set(listed.map(\.userID)))
      return listed.map { Found.listed($0, nil) } + around.map { Found.around($0, nil) }
    }
    async let rule = try? session.presenceSharing()
    var roster = try await rooms.read()
    if let rule = await rule { _ = roster.follow(rule) }
    let now = session.time.instant
    let listed = roster.watched.map { contact in
      Found.listed(
        ListEntry(
          userID: contact.userID, state: contact.relation ?? .accepted, presence: contact.content(at: now)),
        contact.trace.map { Sighting($0, now) })
    }
    let around = roster.around.values.sorted { $0.userID < $1.userID }.map { contact in
      Found.around(
        Neighbor(
          userID: contact.userID, content: contact.content(at: now),
          rooms: roster.rooms.rooms(with: contact.userID).map(\.roomID)),
        contact.trace.map { Sighting($0, now) })
    }
    return listed + around
  }

  /// Those who share a room, in the order of their IDs. A user who came onto the list between the two requests, or
  /// went, is told of once: as the list has it.
  private static func around(_ session: Session, besides listed: Set<UserID>) async throws -> [Neighbor] {
    var roster = Roster(userID: session.userID)
    if let rule = try? await session.presenceSharing() { _ = roster.follow(rule) }
    let answer = try await session.sync(since: nil, wait: .zero, as: .offline, filter: .roster)
    _ = roster.apply(answer, isComplete: true, at: session.time.instant)
    var contents: [UserID: PresenceContent] = [:]
    for case .presence(let user, let content) in answer.presence { contents[user] = content }
    return roster.rooms.roomMates.filter { !listed.contains($0) }.sorted().map { user in
      let known = roster.known(user)
      var content = contents[user] ?? PresenceContent(state: .unknown)
      // The same reason as in the roster.
      if content.state == .unknown { content.unknownReason = known?.unknownReason }
      content.displayName = known?.displayName
      return Neighbor(
        userID: user, content: content, rooms: roster.rooms.rooms(with: user).map(\.roomID))
    }
  }

  private static func row(_ found: Found) -> [SafeText] {
    switch found {
    case .listed(let entry, let seen):
      let isPending = entry.state == .pending
      let state = isPending ? StateText.of(entry.state) : StateText.of(entry.presence.state)
      return row(entry.userID, entry.presence, state, seen, isPending: isPending)
    case .around(let neighbor, let seen):
      let state = "\(StateText.of(neighbor.content.state)) (\(StateText.around))"
      return row(neighbor.userID, neighbor.content, state, seen, isPending: false)
    }
  }

  private static func row(
    _ user: UserID, _ content: PresenceContent, _ state: String, _ seen: Sighting?, isPending: Bool
  ) -> [SafeText] {
    let name = DisplayName.shown(content.displayName) ?? String(user.localpart)
    let note =
      content.state == .unknown
      ? seen?.words ?? UnknownText.of(content.unknownReason, user, isPending: isPending)
      : content.statusMessage ?? ""
    return [
      SafeText(untrusted: state), SafeText(untrusted: name).clipped(to: widestName),
      Output.identifier(user), SafeText(untrusted: age(content)), SafeText(untrusted: note),
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
