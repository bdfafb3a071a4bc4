internal import AccountStore
internal import MatrixWire

/// The server a command talks to.
enum ServerChoice {
  case offline
  /// A server of one's own, by its Unix socket.
  case socket(String)
  /// Any server, with a token in a file.
  case token(url: String, file: String)
  case account(Account)

  /// What to call it.
  var place: String {
    switch self {
    case .offline: "the offline server"
    case .socket(let path): path
    case .token(let url, _): url
    case .account(let account): account.baseURL.text
    }
  }
}
