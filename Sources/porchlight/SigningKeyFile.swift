internal import MatrixCrypto
internal import SmallFiles

/// The file of a server's signing key: one line, readable by its owner only. Made where there is none, and never
/// written again: other servers know the server by it.
enum SigningKeyFile {
  /// The key of a file, which is made where it is missing.
  static func open(_ path: String) throws(Failure) -> SigningKey {
    var random = SystemRandomNumberGenerator()
    guard let fresh = SigningKey(using: &random) else { throw Failure("no signing key could be made") }
    let text: String
    do throws(FileProblem) {
      text = try PrivateFile.text(at: path) { fresh.line + "\n" }
    } catch {
      throw Failure("the signing key: \(error.message)")
    }
    let lines = text.split(whereSeparator: \.isNewline).filter { !$0.allSatisfy(\.isWhitespace) }
    guard lines.count == 1, let key = lines.first.flatMap({ SigningKey(line: $0) }) else {
      // What the file holds is a secret, whatever it is.
      throw Failure("the signing key \(path) does not hold one line such as: ed25519 a_abcd BASE64")
    }
    return key
  }
}
