/// The body of `PUT /rooms/{roomId}/typing/{userId}` (Matrix specification, client-server API, "Typing notifications").
public struct TypingRequest: Hashable, Sendable {
  /// For how many milliseconds the user is typing; nil once they stopped.
  public var timeout: Int?

  public init(timeout: Int?) { self.timeout = timeout }

  /// Where a client does not say.
  public static let defaultTimeout = 30_000
  /// Longer is nobody believed to type without a word from their client.
  public static let longestTimeout = 120_000
}

extension TypingRequest: Codable {
  enum CodingKeys: String, CodingKey {
    case typing
    case timeout
  }

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    let isTyping = try fields.decode(Bool.self, forKey: .typing)
    let timeout = try fields.decodeIfPresent(Int.self, forKey: .timeout) ?? Self.defaultTimeout
    guard timeout >= 0 else {
      throw DecodingError.dataCorruptedError(
        forKey: .timeout, in: fields, debugDescription: "a timeout is 0 milliseconds or more")
    }
    self.timeout = isTyping ? min(timeout, Self.longestTimeout) : nil
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: CodingKeys.self)
    try fields.encode(timeout != nil, forKey: .typing)
    try fields.encodeIfPresent(timeout, forKey: .timeout)
  }
}
