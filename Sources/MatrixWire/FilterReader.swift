/// Holds a filter to the schema of `POST /user/{userId}/filter`, and to bounds of ours.
///
/// Source: Matrix specification, client-server API, "Filter", "RoomFilter", "EventFilter" and "RoomEventFilter".
/// The form of IDs is that of the appendices, "Identifier Grammar".
struct FilterReader {
  /// How many patterns of event types a filter may hold, `types` and `not_types` of all its sections together.
  static let mostPatterns = 512
  /// How many of them may have a `*` before their end: only those are looked at one by one for each event.
  static let mostGlobs = 8

  /// How long one of them may be, in bytes. A type has 255 at most.
  static let longestPattern = 512

  /// Whether the bounds hold. They do not for a filter that was accepted before there were any.
  private let isBounded: Bool
  private var patterns = 0
  private var globs = 0

  init(isBounded: Bool = true) { self.isBounded = isBounded }

  mutating func filter(_ json: CanonicalJSON) throws(MatrixError) -> SyncFilter {
    guard case .object(let fields) = json else { throw MatrixError(.badJSON, "A filter is a JSON object.") }
    try strings(fields["event_fields"], at: "event_fields")
    if let format = fields["event_format"] {
      guard case .string(let name) = format, name == "client" || name == "federation" else {
        throw Self.wrong("event_format", "'client' or 'federation'")
      }
    }
    if let room = fields["room"] { try roomFilter(room) }
    return SyncFilter(
      presence: try eventFilter(fields["presence"], at: "presence"),
      accountData: try eventFilter(fields["account_data"], at: "account_data"))
  }

  private mutating func roomFilter(_ json: CanonicalJSON) throws(MatrixError) {
    guard case .object(let fields) = json else { throw Self.wrong("room", "an object") }
    for name in ["rooms", "not_rooms"] { try roomIDs(fields[name], at: "room.\(name)") }
    try flag(fields["include_leave"], at: "room.include_leave")
    for name in ["account_data", "ephemeral", "state", "timeline"] {
      let path = "room.\(name)"
      _ = try eventFilter(fields[name], at: path)
      guard case .object(let part)? = fields[name] else { continue }
      for name in ["rooms", "not_rooms"] { try roomIDs(part[name], at: "\(path).\(name)") }
      for name in Self.flags { try flag(part[name], at: "\(path).\(name)") }
    }
  }

  private static let flags = [
    "contains_url", "include_redundant_members", "lazy_load_members", "unread_thread_notifications",
  ]

  /// A section's filter; one that is absent lets everything pass.
  mutating func eventFilter(_ json: CanonicalJSON?, at path: String) throws(MatrixError) -> EventFilter {
    guard let json else { return .everything }
    guard case .object(let fields) = json else { throw Self.wrong(path, "an object") }
    let types = try strings(fields["types"], at: "\(path).types")
    let notTypes = try strings(fields["not_types"], at: "\(path).not_types")
    try count(types ?? [])
    try count(notTypes ?? [])
    return EventFilter(
      types: types, notTypes: notTypes ?? [], senders: try userIDs(fields["senders"], at: "\(path).senders"),
      notSenders: try userIDs(fields["not_senders"], at: "\(path).not_senders") ?? [],
      limit: try limit(fields["limit"], at: "\(path).limit"))
  }

  private mutating func count(_ new: [String]) throws(MatrixError) {
    guard isBounded else { return }
    patterns += new.count
    guard patterns <= Self.mostPatterns else {
      throw Self.tooLarge("\(Self.mostPatterns) patterns of event types in all its sections together")
    }
    guard new.allSatisfy({ $0.utf8.count <= Self.longestPattern }) else {
      throw Self.tooLarge("no pattern of event types of more than \(Self.longestPattern) bytes")
    }
    globs += new.count { Glob.kind(of: $0) == .general }
    guard globs <= Self.mostGlobs else {
      throw Self.tooLarge(
        "\(Self.mostGlobs) patterns with a '*' before their end in all its sections together")
    }
  }

  private static func tooLarge(_ bound: String) -> MatrixError {
    MatrixError(.tooLarge, "A filter may hold \(bound).")
  }

  // MARK: Values

  /// Zero is no number of events by the specification, but clients write it where they want none.
  private func limit(_ json: CanonicalJSON?, at path: String) throws(MatrixError) -> Int? {
    guard let json else { return nil }
    guard case .integer(let number) = json, number >= 0 else {
      throw Self.wrong(path, "an integer of 0 or more")
    }
    return Int(clamping: number)
  }

  private func flag(_ json: CanonicalJSON?, at path: String) throws(MatrixError) {
    guard let json else { return }
    guard case .bool = json else { throw Self.wrong(path, "true or false") }
  }

  @discardableResult
  private func strings(_ json: CanonicalJSON?, at path: String) throws(MatrixError) -> [String]? {
    guard let json else { return nil }
    guard case .array(let elements) = json else { throw Self.wrong(path, "an array of strings") }
    var texts: [String] = []
    texts.reserveCapacity(elements.count)
    for element in elements {
      guard case .string(let text) = element else { throw Self.wrong(path, "an array of strings") }
      texts.append(text)
    }
    return texts
  }

  private func userIDs(_ json: CanonicalJSON?, at path: String) throws(MatrixError) -> [UserID]? {
    guard let texts = try strings(json, at: path) else { return nil }
    var users: [UserID] = []
    users.reserveCapacity(texts.count)
    for text in texts {
      guard let user = UserID(text) else { throw Self.wrong(path, "an array of user IDs, '@name:server'") }
      users.append(user)
    }
    return users
  }

  /// Room IDs of the latest room versions have no server name.
  private func roomIDs(_ json: CanonicalJSON?, at path: String) throws(MatrixError) {
    for text in try strings(json, at: path) ?? [] {
      guard text.utf8.first == UInt8(ascii: "!"), (2...255).contains(text.utf8.count) else {
        throw Self.wrong(path, "an array of room IDs, '!name:server'")
      }
    }
  }

  private static func wrong(_ path: String, _ form: String) -> MatrixError {
    MatrixError(.badJSON, "The filter's '\(path)' is not \(form).")
  }
}
