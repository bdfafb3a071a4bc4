/// The body of a user's own `join`, `leave` and `knock`, and of a redaction, each with a word for the others (Matrix
/// specification, client-server API, "Room membership", "Redactions"). The whole body may be left out.
public struct ReasonRequest: Hashable, Sendable, Codable {
  public var reason: String?

  public init(reason: String? = nil) { self.reason = reason }
}
