internal import Crypto
internal import CryptoExtras
internal import FoundationEssentials

/// A hashed password that says itself how it was made: `$scrypt$ln=15,r=8,p=1$salt$hash`, the last two in
/// base64 without padding.
struct PasswordHash: Hashable, Sendable {
  /// What scrypt is told (RFC 7914 section 2).
  struct Parameters: Hashable, Sendable {
    /// The cost, as the power of two that it is.
    var logCost = 15
    var blockSize = 8
    var parallelism = 1

    /// As it is written in a hash.
    var text: String { "ln=\(logCost),r=\(blockSize),p=\(parallelism)" }

    /// Whether a machine of today can be asked for it: up to 256 MiB.
    var isSane: Bool {
      (1...20).contains(logCost) && (1...32).contains(blockSize) && (1...16).contains(parallelism)
        && 128 * blockSize << logCost <= 256 << 20
    }
  }

  let parameters: Parameters
  let salt: [UInt8]
  let key: [UInt8]

  /// Takes as long as the parameters say; nil where scrypt fails, as it does without the memory it needs.
  init?(of password: String, _ parameters: Parameters, salt: [UInt8]) {
    guard let key = Self.derive(password, parameters, salt: salt, bytes: 32) else { return nil }
    self.parameters = parameters
    self.salt = salt
    self.key = key
  }

  /// A hash that no password has, and that takes as long to compare with as any.
  init(_ parameters: Parameters) {
    self.parameters = parameters
    salt = Array(repeating: 0, count: 16)
    key = Array(repeating: 0, count: 32)
  }

  /// Reads what `text` writes; nil for anything else, and for parameters beyond reason.
  init?(_ text: String) {
    let parts = text.split(separator: "$", omittingEmptySubsequences: false)
    guard parts.count == 5, parts[0].isEmpty, parts[1] == "scrypt",
      let parameters = Self.parameters(parts[2]), parameters.isSane,
      let salt = Self.bytes(parts[3]), let key = Self.bytes(parts[4]),
      (8...64).contains(salt.count), (16...64).contains(key.count)
    else { return nil }
    self.parameters = parameters
    self.salt = salt
    self.key = key
  }

  var text: String {
    "$scrypt$\(parameters.text)$\(Self.base64(salt))$\(Self.base64(key))"
  }

  /// Whether the password is this one; nil where scrypt fails. Looks at every byte, whatever the first ones say.
  func matches(_ password: String) -> Bool? {
    guard let other = Self.derive(password, parameters, salt: salt, bytes: key.count) else { return nil }
    return zip(key, other).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
  }

  static func derive(_ password: String, _ parameters: Parameters, salt: [UInt8], bytes: Int) -> [UInt8]? {
    let key = try? KDF.Scrypt.deriveKey(
      from: Array(password.utf8), salt: salt, outputByteCount: bytes, rounds: 1 << parameters.logCost,
      blockSize: parameters.blockSize, parallelism: parameters.parallelism)
    return key?.withUnsafeBytes(Array.init)
  }

  // MARK: Parts

  private static func parameters(_ text: Substring) -> Parameters? {
    let items = text.split(separator: ",", omittingEmptySubsequences: false)
    guard items.count == 3, let logCost = number(items[0], "ln="), let blockSize = number(items[1], "r="),
      let parallelism = number(items[2], "p=")
    else { return nil }
    return Parameters(logCost: logCost, blockSize: blockSize, parallelism: parallelism)
  }

  private static func number(_ text: Substring, _ name: String) -> Int? {
    guard text.hasPrefix(name) else { return nil }
    return Int(text.dropFirst(name.count))
  }

  private static func base64(_ bytes: [UInt8]) -> String {
    String(Data(bytes).base64EncodedString().prefix { $0 != "=" })
  }

  private static func bytes(_ text: Substring) -> [UInt8]? {
    let padding = String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
    return Data(base64Encoded: text + padding).map(Array.init)
  }
}
