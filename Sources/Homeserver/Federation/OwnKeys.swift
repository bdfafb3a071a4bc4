internal import MatrixWire
internal import Ports
internal import Synchronization

/// This server's own key document: valid for a day, made anew when half of that is over.
final class OwnKeys: Sendable {
  private struct Document: Sendable {
    let body: [UInt8]
    let from: Int64
  }

  private let server: ServerName
  private let signer: any RequestSigner
  private let current = Mutex<Document?>(nil)

  /// In milliseconds.
  static let validity: Int64 = 24 * 3600 * 1000

  init(_ server: ServerName, _ signer: any RequestSigner) {
    self.server = server
    self.signer = signer
  }

  /// The bytes of the document.
  ///
  /// - Throws: where the machine cannot sign it.
  func body(at now: WallTime) throws -> [UInt8] {
    let now = now.milliseconds
    return try current.withLock { current in
      // Also where the clock was set back: nobody is told a time further off than a day.
      if let current, (0..<Self.validity / 2).contains(now - current.from) { return current.body }
      let document = try signer.document(of: server, validUntil: now + Self.validity)
      let new = Document(body: document.body, from: now)
      current = new
      return new.body
    }
  }
}
