internal import Glibc
internal import MatrixWire
internal import PorchlightApp
internal import SmallFiles
internal import Synchronization

/// Where a status that could not be sent is kept from one roster to the next: a file for each account on each server,
/// readable by its owner only.
final class UnsentStatusFile: Sendable {
  private struct Content: Codable {
    /// Whose it is: the file's name says it only by its hash.
    let account: String
    let status: UnsentStatus
  }

  /// The server as the user named it, for messages.
  private let server: String
  private let account: String
  /// Nil where there is no home to keep it in.
  private let path: String?
  /// What is to be said when the terminal is the user's again.
  private let farewell = Mutex<String?>(nil)

  init(_ user: UserID, at server: String) {
    self.server = server
    let account = "\(user.rawValue) \(server)"
    self.account = account
    path = ProcessEnvironment().dataFolder.map {
      "\($0)/unsent/\(String(Self.hash(account), radix: 16)).json"
    }
  }

  /// What the roster before could not send. A file that is not ours, or that others may read, is passed over.
  func read() -> UnsentStatus? {
    guard let path, let text = try? PrivateFile.text(at: path),
      let content = try? WireJSON.decode(Content.self, from: Array(text.utf8)), content.account == account
    else { return nil }
    return content.status
  }

  /// Keeps what could not be sent, or forgets what was kept.
  func keep(_ status: UnsentStatus?) {
    guard let status else {
      if let path { unlink(path) }
      return
    }
    let loss = "your status (\(status.words)) did not reach \(server)"
    let words =
      switch write(status) {
      case nil: "\(loss); it is kept and sent when the roster starts again"
      case let reason?: "\(loss), and could not be kept: \(reason)"
      }
    farewell.withLock { $0 = words }
  }

  /// The server takes no status so soon after the last, and notices by itself that the user is gone.
  func leftTooSoon() {
    farewell.withLock { farewell in
      farewell =
        farewell ?? "\(server) takes no other status so soon: others may see you for half a minute more"
    }
  }

  /// What the user is to know when the roster has ended.
  func sayFarewell() {
    if let words = farewell.withLock({ $0 }) { Output.complain(words) }
  }

  /// - Returns: why it cannot be kept; nil where it is.
  private func write(_ status: UnsentStatus) -> String? {
    guard let path else { return "there is no HOME to keep it in" }
    do throws(FileProblem) {
      try PrivateFolder.make(PrivateFile.folder(of: path))
      let content = Content(account: account, status: status)
      try PrivateFile.replace(path, with: String(decoding: WireJSON.encode(content), as: UTF8.self))
      return nil
    } catch {
      return error.message
    }
  }

  /// FNV-1a: the same in every process, and only there to keep names apart.
  private static func hash(_ text: String) -> UInt64 {
    text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }
}
