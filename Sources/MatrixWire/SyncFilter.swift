/// The part of a filter that concerns presence (protocol 4.3).
///
/// An allow-list that is absent allows everything; one that is empty allows nothing.
public struct SyncFilter: Hashable, Sendable {
  public var types: [String]?
  public var notTypes: [String]
  public var senders: Set<UserID>?
  public var notSenders: Set<UserID>

  public init(
    types: [String]? = nil, notTypes: [String] = [], senders: [UserID]? = nil, notSenders: [UserID] = []
  ) {
    self.types = types
    self.notTypes = notTypes
    self.senders = senders.map(Set.init)
    self.notSenders = Set(notSenders)
  }

  /// Lets everything pass.
  public static let everything = SyncFilter()

  /// Whether no `m.presence` event can pass, so that a stream with it counts as not looking (E7).
  public var blocksPresence: Bool {
    senders?.isEmpty == true || !allows(type: StreamEvent.Kind.presence.type)
  }

  /// Whether an event of that type from that sender passes.
  public func allows(_ kind: StreamEvent.Kind, from sender: UserID) -> Bool {
    allows(type: kind.type) && senders?.contains(sender) ?? true && !notSenders.contains(sender)
  }

  private func allows(type: String) -> Bool {
    let wanted = types?.contains { Self.matches($0, type) } ?? true
    return wanted && !notTypes.contains { Self.matches($0, type) }
  }

  /// A trailing or inner `*` stands for any run of characters, as the specification has it for types.
  private static func matches(_ pattern: String, _ type: String) -> Bool {
    guard pattern.utf8.contains(UInt8(ascii: "*")) else { return pattern.utf8.elementsEqual(type.utf8) }
    let parts = pattern.split(separator: "*", omittingEmptySubsequences: false)
    var rest = type[...]
    guard let first = parts.first, let last = parts.last, rest.hasPrefix(first) else { return false }
    rest = rest.dropFirst(first.count)
    for part in parts.dropFirst().dropLast() where !part.isEmpty {
      guard let found = rest.firstRange(ofRun: part) else { return false }
      rest = rest[found...]
    }
    return rest.hasSuffix(last)
  }
}

extension Substring {
  /// The index behind the first occurrence of a run of characters.
  fileprivate func firstRange(ofRun run: Substring) -> Index? {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(run) { return index(start, offsetBy: run.count) }
      start = index(after: start)
    }
    return nil
  }
}

extension SyncFilter: Codable {
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: WireKey.self)
    guard fields.contains("presence") else {
      self = .everything
      return
    }
    let presence = try fields.nestedContainer(keyedBy: WireKey.self, forKey: "presence")
    self.init(
      types: try presence.decodeIfPresent([String].self, forKey: "types"),
      notTypes: try presence.decodeIfPresent([String].self, forKey: "not_types") ?? [],
      senders: try presence.decodeIfPresent([UserID].self, forKey: "senders"),
      notSenders: try presence.decodeIfPresent([UserID].self, forKey: "not_senders") ?? [])
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: WireKey.self)
    var presence = fields.nestedContainer(keyedBy: WireKey.self, forKey: "presence")
    try presence.encodeIfPresent(types, forKey: "types")
    if !notTypes.isEmpty { try presence.encode(notTypes, forKey: "not_types") }
    try presence.encodeIfPresent(senders?.sorted(), forKey: "senders")
    if !notSenders.isEmpty { try presence.encode(notSenders.sorted(), forKey: "not_senders") }
  }
}
