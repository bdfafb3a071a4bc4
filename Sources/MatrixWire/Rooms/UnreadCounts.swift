/// What a user has not read of a room (Matrix specification, client-server API, "Receiving notifications").
public struct UnreadCounts: Hashable, Sendable {
  /// Notifications that are to stand out.
  public var highlights: Int
  /// All notifications.
  public var notifications: Int

  public init(highlights: Int = 0, notifications: Int = 0) {
    self.highlights = highlights
    self.notifications = notifications
  }
}

extension UnreadCounts: Codable {
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: WireKey.self)
    highlights = fields.count("highlight_count") ?? 0
    notifications = fields.count("notification_count") ?? 0
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: WireKey.self)
    try fields.encode(highlights, forKey: "highlight_count")
    try fields.encode(notifications, forKey: "notification_count")
  }

  func write(to writer: inout JSONWriter) {
    writer.open()
    writer.field("highlight_count", Int64(highlights))
    writer.field("notification_count", Int64(notifications))
    writer.close()
  }
}
