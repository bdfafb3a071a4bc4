internal import Glibc
internal import MatrixWire
internal import PorchlightConfig
internal import SmallFiles

/// The file of an access token: one word, readable by its owner only.
enum TokenFile {
  /// The token in a file.
  static func read(_ path: String) throws(Failure) -> AccessToken {
    let text: String?
    do throws(FileProblem) {
      text = try PrivateFile.text(at: path)
    } catch {
      throw Failure("the token file: \(error.message)", status: ExitStatus.notLoggedIn)
    }
    guard let text else {
      throw Failure(
        "the token file \(path): there is no such file; porchlight login makes one",
        status: ExitStatus.notLoggedIn)
    }
    guard let token = token(in: text) else {
      throw Failure(
        "the token file \(path) has to hold one access token and nothing else",
        status: ExitStatus.notLoggedIn)
    }
    return token
  }

  /// Makes sure, before a session is made, that its token can be kept: nothing but another token is ever replaced.
  static func prepare(_ path: String) throws(Failure) {
    let folder = PrivateFile.folder(of: path)
    guard access(folder, W_OK | X_OK) == 0 else {
      let why = errno == ENOENT ? "does not exist" : "may not be written to"
      throw Failure("the token file \(path): the folder \(folder) \(why)")
    }
    do throws(TextFile.Problem) {
      guard token(in: try TextFile.read(path)) != nil else {
        throw .failed("holds something else than a token; give another name")
      }
    } catch {
      if case .failed(let why) = error { throw Failure("the token file \(path) \(why)") }
    }
  }

  /// Keeps a token, in place of the one before.
  static func write(_ token: AccessToken, to path: String) throws(Failure) {
    do throws(FileProblem) {
      try PrivateFile.replace(path, with: token.rawValue + "\n")
    } catch {
      throw Failure("the token file: \(error.message)")
    }
  }

  /// Removes the file.
  static func remove(_ path: String) throws(Failure) {
    guard unlink(path) == 0 else {
      throw Failure("the token file \(path) cannot be removed: \(String(cString: strerror(errno)))")
    }
  }

  private static func token(in text: String) -> AccessToken? {
    let words = text.split(whereSeparator: \.isWhitespace)
    guard words.count == 1, words[0].utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else { return nil }
    return AccessToken(String(words[0]))
  }
}
