/// Where a service says it is, as a name server tells it (RFC 2782).
public struct ServiceRecord: Hashable, Sendable {
  public var priority: UInt16
  public var weight: UInt16
  public var target: String
  public var port: UInt16

  public init(priority: UInt16, weight: UInt16, target: String, port: UInt16) {
    self.priority = priority
    self.weight = weight
    self.target = target
    self.port = port
  }

  /// The order to try them in: lower priorities first, and among equals by chance, as weights have it.
  public static func ordered(
    _ records: [ServiceRecord], using random: inout some RandomNumberGenerator
  ) -> [ServiceRecord] {
    var result: [ServiceRecord] = []
    var priorities = Dictionary(grouping: records, by: \.priority)
    for priority in priorities.keys.sorted() {
      // Those of no weight come first, so that they are only taken when the number drawn is 0.
      var rest = (priorities.removeValue(forKey: priority) ?? []).sorted { $0.weight < $1.weight }
      while !rest.isEmpty {
        let total = rest.reduce(0) { $0 + UInt64($1.weight) }
        let drawn = UInt64.random(in: 0...total, using: &random)
        var sum: UInt64 = 0
        let chosen = rest.firstIndex { record in
          sum += UInt64(record.weight)
          return sum >= drawn
        }
        result.append(rest.remove(at: chosen ?? rest.startIndex))
      }
    }
    return result
  }
}

/// What a name server says of a service, and for how long.
public enum ServiceAnswer: Hashable, Sendable {
  case records([ServiceRecord], ttl: Duration)
  /// The name has no such records.
  case none
  /// There was no answer that makes sense.
  case failed
}

/// Asks name servers where services are.
public protocol ServiceLookup: Sendable {
  /// The records of a service: `_matrix-fed._tcp.example.org`.
  ///
  /// - Throws: `CancellationError` where the caller went away.
  func services(of name: String) async throws -> ServiceAnswer
}
