/// `Authorization: X-Matrix …`: one signature of a request between servers (Protocol 6.2).
public struct XMatrixAuthorization: Hashable, Sendable {
  public var origin: ServerName
  /// Left out by servers older than v1.3 of the specification.
  public var destination: ServerName?
  /// `ed25519:…`, or the name of another algorithm's key.
  public var key: String
  public var signature: [UInt8]

  public init(origin: ServerName, destination: ServerName?, key: String, signature: [UInt8]) {
    self.origin = origin
    self.destination = destination
    self.key = key
    self.signature = signature
  }

  private static let scheme = "x-matrix"

  /// Whether the value of an `Authorization` header is, or wants to be, one of these.
  public static func isMeant(_ header: String) -> Bool {
    let scheme = scheme.utf8
    guard header.utf8.prefix(scheme.count).elementsEqual(scheme, by: { $0 | 0x20 == $1 | 0x20 }) else {
      return false
    }
    return header.utf8.dropFirst(scheme.count).first ?? 0x20 == 0x20
  }

  /// The value of the header: lower-case names, quoted values, no spaces around commas.
  public var header: String {
    var parameters = [("origin", origin.rawValue)]
    if let destination { parameters.append(("destination", destination.rawValue)) }
    parameters += [("key", key), ("sig", UnpaddedBase64.encode(signature))]
    return "X-Matrix " + parameters.map { "\($0)=\(Self.quoted($1))" }.joined(separator: ",")
  }

  /// Reads the value of a header; nil where it is malformed.
  ///
  /// Names in any case, values with or without quotes, with escapes inside of quotes and with colons outside of them;
  /// unknown parameters are ignored, and one that comes twice is malformed (RFC 9110, 11.2).
  public init?(_ header: String) {
    guard Self.isMeant(header) else { return nil }
    var reader = ParameterReader(header.utf8.dropFirst(Self.scheme.utf8.count))
    guard let parameters = reader.parameters(), let origin = parameters["origin"].flatMap({ ServerName($0) }),
      let key = parameters["key"], !key.isEmpty,
      // The specification's prose calls it "signature", its examples and all servers "sig".
      let signature = (parameters["sig"] ?? parameters["signature"]).flatMap({ UnpaddedBase64.decode($0) })
    else { return nil }
    let destination = parameters["destination"].map { ServerName($0) }
    if case .some(nil) = destination { return nil }
    self.init(origin: origin, destination: destination ?? nil, key: key, signature: signature)
  }

  private static func quoted(_ value: String) -> String {
    var text = "\""
    for scalar in value.unicodeScalars {
      if scalar == "\"" || scalar == "\\" { text.unicodeScalars.append("\\") }
      text.unicodeScalars.append(scalar)
    }
    return text + "\""
  }
}

/// Reads `name=value, name="value"`.
private struct ParameterReader {
  private var rest: Substring.UTF8View

  init(_ text: Substring.UTF8View) { rest = text }

  /// By their names in lower case; nil where the text is malformed.
  mutating func parameters() -> [String: String]? {
    var parameters: [String: String] = [:]
    while true {
      skipSpace()
      if take(UInt8(ascii: ",")) { continue }
      guard !rest.isEmpty else { return parameters }
      let name = String(decoding: run(while: Self.isNameByte), as: UTF8.self).asciiLowercased
      skipSpace()
      guard !name.isEmpty, parameters[name] == nil, take(UInt8(ascii: "=")) else { return nil }
      skipSpace()
      guard let value = rest.first == UInt8(ascii: "\"") ? quoted() : plain() else { return nil }
      parameters[name] = value
      skipSpace()
      guard rest.isEmpty || rest.first == UInt8(ascii: ",") else { return nil }
    }
  }

  private mutating func skipSpace() { _ = run { $0 == 0x20 || $0 == 0x09 } }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard rest.first == byte else { return false }
    rest.removeFirst()
    return true
  }

  private mutating func run(while isPart: (UInt8) -> Bool) -> Substring.UTF8View {
    let run = rest.prefix(while: isPart)
    rest = rest.dropFirst(run.count)
    return run
  }

  private mutating func plain() -> String? {
    let value = run { $0 > 0x20 && $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: "\"") }
    return value.isEmpty ? nil : String(decoding: value, as: UTF8.self)
  }

  private mutating func quoted() -> String? {
    rest.removeFirst()
    var value: [UInt8] = []
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "\""): return String(decoding: value, as: UTF8.self)
      case UInt8(ascii: "\\"):
        guard let escaped = rest.popFirst() else { return nil }
        value.append(escaped)
      default: value.append(byte)
      }
    }
    return nil
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte)
      || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
  }
}
