/// The requests servers make of each other, each in the one place where its path is written (Protocol 6).
public enum FederationAPI {
  private static let federation = ["_matrix", "federation", "v1"]

  /// Where transactions are put, before their id.
  public static let send = federation + ["send"]

  /// Signed. The body is written in the vocabulary of its receiver, and signed as it is.
  public static func send(_ transaction: Transaction, for reader: PeerVocabulary) -> WireRequest {
    WireRequest(.put, send + [transaction.id], body: transaction.body(for: reader))
  }

  /// Signed.
  public static func profile(of user: UserID) -> WireRequest {
    WireRequest(.get, federation + ["query", "profile"], query: [.init("user_id", user.rawValue)])
  }

  /// Not signed: it is what signatures are verified with. A request waits for it, so not for long.
  public static func keys() -> WireRequest {
    WireRequest(.get, ["_matrix", "key", "v2", "server"], timeout: .seconds(10))
  }
}
