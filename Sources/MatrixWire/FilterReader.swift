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
    return SyncFilter(
      presence: try eventFilter(fields["presence"], at: "presence"),
      accountData: try eventFilter(fields["account_data"], at: "account_data"),
      room: try roomFilter(fields["room"]),
      eventFields: try strings(fields["event_fields"], at: "event_fields"),
      eventFormat: try eventFormat(fields["event_format"]))
  }

  /// What is well-formed of a filter; parts that are not let everything pass.
  static func accepted(_ json: CanonicalJSON) -> SyncFilter {
    var reader = FilterReader(isBounded: false)
    let room = json["room"]
    func section(_ name: String) -> RoomEventFilter {
      (try? reader.roomEventFilter(room?[name], at: "")) ?? .everything
    }
    return SyncFilter(
      presence: (try? reader.eventFilter(json["presence"], at: "")) ?? .everything,
      accountData: (try? reader.eventFilter(json["account_data"], at: "")) ?? .everything,
      room: RoomFilter(
        rooms: (try? reader.roomIDs(room?["rooms"], at: "")) ?? nil,
        notRooms: (try? reader.roomIDs(room?["not_rooms"], at: "")).flatMap { $0 } ?? [],
        includesLeft: (try? reader.flag(room?["include_leave"], at: "")).flatMap { $0 } ?? false,
        accountData: section("account_data"), ephemeral: section("ephemeral"), state: section("state"),
        timeline: section("timeline")),
      eventFields: (try? reader.strings(json["event_fields"], at: "")) ?? nil,
      eventFormat: (try? reader.eventFormat(json["event_format"])) ?? .client)
  }

  private mutating func roomFilter(_ json: CanonicalJSON?) throws(MatrixError) -> RoomFilter {
    guard let json else { return .everything }
    guard case .object(let fields) = json else { throw Self.wrong("room", "an object") }
    return RoomFilter(
      rooms: try roomIDs(fields["rooms"], at: "room.rooms"),
      notRooms: try roomIDs(fields["not_rooms"], at: "room.not_rooms") ?? [],
      includesLeft: try flag(fields["include_leave"], at: "room.include_leave") ?? false,
      accountData: try roomEventFilter(fields["account_data"], at: "room.account_data"),
      ephemeral: try roomEventFilter(fields["ephemeral"], at: "room.ephemeral"),
      state: try roomEventFilter(fields["state"], at: "room.state"),
      timeline: try roomEventFilter(fields["timeline"], at: "room.timeline"))
  }

  /// A filter for one section of rooms; one that is absent lets everything pass.
  mutating func roomEventFilter(
    _ json: CanonicalJSON?, at path: String
  ) throws(MatrixError) -> RoomEventFilter {
    guard let json else { return .everything }
    let events = try eventFilter(json, at: path)
    return RoomEventFilter(
      events, rooms: try roomIDs(json["rooms"], at: "\(path).rooms"),
      notRooms: try roomIDs(json["not_rooms"], at: "\(path).not_rooms") ?? [],
      containsURL: try flag(json["contains_url"], at: "\(path).contains_url"),
      lazyLoadsMembers: try flag(json["lazy_load_members"], at: "\(path).lazy_load_members") ?? false,
      includesRedundantMembers: try flag(
        json["include_redundant_members"], at: "\(path).include_redundant_members") ?? false,
      countsUnreadThreads: try flag(
        json["unread_thread_notifications"], at: "\(path).unread_thread_notifications") ?? false)
  }

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

  private func flag(_ json: CanonicalJSON?, at path: String) throws(MatrixError) -> Bool? {
    guard let json else { return nil }
    guard case .bool(let flag) = json else { throw Self.wrong(path, "true or false") }
    return flag
  }

  private func eventFormat(_ json: CanonicalJSON?) throws(MatrixError) -> EventFormat {
    guard let json else { return .client }
    guard case .string(let name) = json, let format = EventFormat(rawValue: name) else {
      throw Self.wrong("event_format", "'client' or 'federation'")
    }
    return format
  }

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

  private func roomIDs(_ json: CanonicalJSON?, at path: String) throws(MatrixError) -> [RoomID]? {
    guard let texts = try strings(json, at: path) else { return nil }
    var rooms: [RoomID] = []
    rooms.reserveCapacity(texts.count)
    for text in texts {
      guard let room = RoomID(text) else { throw Self.wrong(path, "an array of room IDs, '!name:server'") }
      rooms.append(room)
    }
    return rooms
  }

  private static func wrong(_ path: String, _ form: String) -> MatrixError {
    MatrixError(.badJSON, "The filter's '\(path)' is not \(form).")
  }
}
