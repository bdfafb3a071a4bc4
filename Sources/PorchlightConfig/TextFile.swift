internal import Glibc
internal import SmallFiles

/// Reads small text files that people write.
public enum TextFile {
  /// No file of settings is longer.
  static let limit = 64 * 1_024

  /// Why a file cannot be used.
  public enum Problem: Error, Hashable {
    case missing
    case failed(String)
  }

  /// The whole of a regular file.
  ///
  /// - Parameter path: where it is.
  /// - Returns: its text, which has to be UTF-8.
  /// - Throws: `Problem`, with a reason for people.
  public static func read(_ path: String) throws(Problem) -> String {
    let bytes: [UInt8]
    do throws(RegularFile.Problem) {
      bytes = try RegularFile(path).bytes(atMost: limit)
    } catch {
      throw problem(error)
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw .failed("is not UTF-8; save it as UTF-8")
    }
    return text
  }

  private static func problem(_ problem: RegularFile.Problem) -> Problem {
    switch problem {
    case .system(ENOENT), .system(ENOTDIR): .missing
    case .system(let code):
      .failed("cannot be read: \(strerror(code).map { String(cString: $0) } ?? "error \(code)")")
    case .notRegular: .failed("is not a file")
    case .tooLarge: .failed("is larger than 64 KiB; no settings file is")
    }
  }

  /// The names in a folder, sorted; none if it cannot be read.
  static func names(in folder: String) -> [String] {
    guard let directory = opendir(folder) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      names.append(
        withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
          String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        })
    }
    return names.sorted()
  }
}
