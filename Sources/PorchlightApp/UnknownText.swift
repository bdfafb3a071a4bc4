public import MatrixWire

/// Why the presence of a user is unknown, as people read it: the same words in the roster and in the shell.
public enum UnknownText {
  /// - Parameters:
  ///   - reason: what the server said.
  ///   - user: whom it is about.
  ///   - isPending: whether they were asked and have not answered.
  /// - Returns: the words; they name the server as it is written, safe or not.
  public static func of(_ reason: UnknownReason?, _ user: UserID, isPending: Bool) -> String {
    switch reason {
    case .unreachable: "no answer from \(user.server)"
    case .pending: "has not answered your invite"
    case .unanswered: "\(user.server) has not said yet"
    case .notAsked: "not asked for yet: you are invisible"
    case .elsewhere: "this server meets no others"
    case .notShown: "\(user.server) does not show them"
    case .presenceOff: "your server has presence switched off"
    case .notShared: "no room you share shows them"
    case nil: isPending ? "has not answered your invite" : "nothing heard yet"
    case .unheard: "nothing heard yet"
    }
  }
}
