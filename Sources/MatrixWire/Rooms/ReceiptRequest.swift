/// The body of `POST /rooms/{roomId}/receipt/{receiptType}/{eventId}` (Matrix specification, client-server API,
/// "Receipts"). The whole body may be left out.
public struct ReceiptRequest: Hashable, Sendable, Codable {
  /// `main`, or the event that a thread is about; nil is every thread.
  public var threadID: String?

  public init(threadID: String? = nil) { self.threadID = threadID }

  enum CodingKeys: String, CodingKey {
    case threadID = "thread_id"
  }

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    threadID = try fields.decodeIfPresent(String.self, forKey: .threadID)
    guard let threadID, threadID != "main", EventID(threadID) == nil else { return }
    throw MatrixError(.invalidParameter, "'thread_id' is not 'main' and not the ID of an event.")
  }
}
