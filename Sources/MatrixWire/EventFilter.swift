/// Which events of one section of an answer pass (Matrix specification, client-server API, "Filtering").
///
/// An allow-list that is absent allows everything; one that is empty allows nothing. Patterns are compiled when a
/// filter is made: whether an event of the presence section passes is known by then. Asking allocates nothing.
public struct EventFilter: Sendable {
  public var types: [String]? { parts.types }
  public var notTypes: [String] { parts.notTypes }
  public var senders: Set<UserID>? { parts.senders }
  public var notSenders: Set<UserID> { parts.notSenders }
  /// The most events to be told; nil is as many as there are.
  public var limit: Int? { parts.limit }
  /// Whether its types or its senders let no event pass, whatever it is.
  public var blocksEverything: Bool { parts.blocksEverything }

  /// Behind a reference: a poll's filter is copied often, and has a filter for every section.
  private let parts: Parts

  private final class Parts: Sendable {
    let types: [String]?
    let notTypes: [String]
    let senders: Set<UserID>?
    let notSenders: Set<UserID>
    let limit: Int?
    let wanted: TypePatterns?
    let unwanted: TypePatterns
    let kinds: Set<StreamEvent.Kind>
    let blocksEverything: Bool

    init(types: [String]?, notTypes: [String], senders: [UserID]?, notSenders: [UserID], limit: Int?) {
      self.types = types
      self.notTypes = notTypes
      self.senders = senders.map(Set.init)
      self.notSenders = Set(notSenders)
      self.limit = limit
      let (wanted, unwanted) = (types.map(TypePatterns.init), TypePatterns(notTypes))
      (self.wanted, self.unwanted) = (wanted, unwanted)
      kinds = Set(
        StreamEvent.Kind.allCases.filter { Self.allows(Array($0.type.utf8), wanted, unwanted) })
      blocksEverything =
        types?.isEmpty == true || senders?.isEmpty == true
        || notTypes.contains { !$0.isEmpty && $0.utf8.allSatisfy { $0 == Glob.star } }
    }

    static func allows(_ type: [UInt8], _ wanted: TypePatterns?, _ unwanted: TypePatterns) -> Bool {
      wanted?.matches(type) ?? true && !unwanted.matches(type)
    }
  }

  public init(
    types: [String]? = nil, notTypes: [String] = [], senders: [UserID]? = nil, notSenders: [UserID] = [],
    limit: Int? = nil
  ) {
    parts = Parts(types: types, notTypes: notTypes, senders: senders, notSenders: notSenders, limit: limit)
  }

  /// Lets everything pass.
  public static let everything = EventFilter()

  /// Whether an event of the presence section passes.
  public func allows(_ kind: StreamEvent.Kind, from sender: UserID) -> Bool {
    parts.kinds.contains(kind) && allows(sender: sender)
  }

  /// Whether an event of any type passes, given by its bytes.
  public func allows(type: [UInt8]) -> Bool { Parts.allows(type, parts.wanted, parts.unwanted) }

  public func allows(sender: UserID) -> Bool {
    parts.senders?.contains(sender) ?? true && !parts.notSenders.contains(sender)
  }

  /// Whether no event of that kind can pass, from any sender.
  func blocks(_ kind: StreamEvent.Kind) -> Bool {
    parts.senders?.isEmpty == true || !parts.kinds.contains(kind)
  }
}

extension EventFilter: Hashable {
  /// By its parts, byte by byte.
  public static func == (left: EventFilter, right: EventFilter) -> Bool {
    left.parts === right.parts
      || left.types.map(bytes) == right.types.map(bytes) && bytes(left.notTypes) == bytes(right.notTypes)
        && left.senders == right.senders && left.notSenders == right.notSenders && left.limit == right.limit
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(types.map(Self.bytes))
    hasher.combine(Self.bytes(notTypes))
    hasher.combine(senders)
    hasher.combine(notSenders)
    hasher.combine(limit)
  }

  private static func bytes(_ patterns: [String]) -> [[UInt8]] { patterns.map { Array($0.utf8) } }
}

extension EventFilter: Encodable {
  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: WireKey.self)
    try fields.encodeIfPresent(limit, forKey: "limit")
    try fields.encodeIfPresent(types, forKey: "types")
    if !notTypes.isEmpty { try fields.encode(notTypes, forKey: "not_types") }
    try fields.encodeIfPresent(senders?.sorted(), forKey: "senders")
    if !notSenders.isEmpty { try fields.encode(notSenders.sorted(), forKey: "not_senders") }
  }
}
