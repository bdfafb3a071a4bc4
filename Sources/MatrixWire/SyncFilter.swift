/// A filter of `/sync` and of stored filters (Matrix specification, client-server API, "Filtering"; Protocol 4.3).
public struct SyncFilter: Hashable, Sendable {
  /// For the presence section. Its `limit` counts nothing: who is cut off there would look offline.
  public var presence: EventFilter
  /// For a person's own data, whose sender is that person.
  public var accountData: EventFilter
  public var room: RoomFilter
  /// The fields of events a client wants, `content.body`; nil is all. A server may send more, and this one does.
  public var eventFields: [String]?
  /// How a client wants events. It is kept; all events are sent as clients have them.
  public var eventFormat: EventFormat

  public init(
    presence: EventFilter = .everything, accountData: EventFilter = .everything,
    room: RoomFilter = .everything,
    eventFields: [String]? = nil, eventFormat: EventFormat = .client
  ) {
    self.presence = presence
    self.accountData = accountData
    self.room = room
    self.eventFields = eventFields
    self.eventFormat = eventFormat
  }

  /// Lets everything pass.
  public static let everything = SyncFilter()

  /// Whether no `m.presence` event can pass, so that a stream with it counts as not looking (E7).
  public var blocksPresence: Bool { presence.blocks(.presence) }
}

extension SyncFilter {
  /// Reads a filter as a client wrote it, every part of it against the specification's schema.
  ///
  /// Keys that the specification does not have are passed over: it may have them tomorrow.
  ///
  /// - Throws: `M_NOT_JSON`; `M_BAD_JSON` naming the part that has another form than the specification says; or
  ///   `M_TOO_LARGE` naming the bound, for one with more or longer patterns than `FilterReader` takes.
  public init(parsing bytes: [UInt8]) throws(MatrixError) {
    let json = try Self.json(bytes)
    var reader = FilterReader()
    self = try reader.filter(json)
  }

  /// A filter that was accepted once, and is kept: what today's rules do not take of it passes everything.
  public init(accepted bytes: [UInt8]) {
    guard let json = try? Self.json(bytes) else {
      self.init()
      return
    }
    self = FilterReader.accepted(json)
  }

  static func json(_ bytes: [UInt8]) throws(MatrixError) -> CanonicalJSON {
    var rules = CanonicalJSON.ParsingRules.lenient
    rules.keepsOtherNumbers = true
    do throws(CanonicalJSON.Problem) {
      return try CanonicalJSON(parsing: bytes, rules)
    } catch {
      let isJSON = ![.notJSON, .notUTF8].contains(error.reason)
      throw MatrixError(isJSON ? .badJSON : .notJSON, "The filter cannot be read. \(error)")
    }
  }
}

extension SyncFilter: Encodable {
  /// Sections that let everything pass are left out.
  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: WireKey.self)
    if presence != .everything { try fields.encode(presence, forKey: "presence") }
    if accountData != .everything { try fields.encode(accountData, forKey: "account_data") }
    if room != .everything { try fields.encode(room, forKey: "room") }
    try fields.encodeIfPresent(eventFields, forKey: "event_fields")
    if eventFormat != .client { try fields.encode(eventFormat.rawValue, forKey: "event_format") }
  }
}
