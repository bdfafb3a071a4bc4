internal import MatrixWire

/// What an HTTP response is in Matrix's terms; the one place that decides it.
///
/// A homeserver's success is a JSON object, and its refusal a JSON object with an `errcode` (Client-Server API, "Standard
/// error response"). Whatever else comes was said by another program: the login page of a network, a proxy, a web
/// server in the homeserver's place. It says nothing about the session, nor about what was asked.
enum MatrixAnswer: Hashable, Sendable {
  /// A success, whose body is an object at least by its first byte.
  case success
  case refusal(MatrixError)
  case foreign

  init(_ response: WireResponse) {
    guard (200..<300).contains(response.status) else {
      let isMatrix = (try? WireJSON.decode(Envelope.self, from: response.body)) != nil
      self = isMatrix ? response.error.map(Self.refusal) ?? .foreign : .foreign
      return
    }
    self = response.body.first { !Self.whitespace.contains($0) } == UInt8(ascii: "{") ? .success : .foreign
  }

  /// RFC 8259, section 2.
  private static let whitespace: [UInt8] = [0x20, 0x09, 0x0A, 0x0D]

  /// What makes a refusal Matrix's.
  private struct Envelope: Decodable {
    let errcode: String
  }
}

extension SDKError {
  /// Why an answer that is not Matrix is none, for people: what is seen, and where it may come from.
  ///
  /// - Parameters:
  ///   - response: what came.
  ///   - server: what to call the homeserver that was asked.
  init(foreign response: WireResponse, insteadOf server: String) {
    let status = response.status
    let retryAfter = response.error?.retryAfter.map { Duration.milliseconds($0) }
    switch status {
    case 429:
      // Where the server names no wait, 5 s (Protocol 1.3).
      self.init(
        .rateLimited, "\(server) is asked too often (status 429).", retryAfter: retryAfter ?? .seconds(5))
    case 408, 500..<511, 512..<600:
      self.init(
        .unreachable, "\(server) answers with status \(status): it, or a proxy before it, is in trouble.",
        retryAfter: retryAfter)
    default:
      self.init(
        .badAnswer,
        "\(server) answers with \(Self.content(of: response)) (status \(status)): "
          + "is there a login page or a proxy between?", retryAfter: retryAfter)
    }
  }

  private static func content(of response: WireResponse) -> String {
    if (300..<400).contains(response.status), let location = response.header("Location") {
      return "a redirect to \(place(location))"
    }
    if response.body.isEmpty { return "nothing" }
    let type = response.header("Content-Type")?.asciiLowercased ?? ""
    return type.contains("html") || response.body.first == UInt8(ascii: "<") ? "a web page" : "no Matrix"
  }

  /// Where a redirect leads: without its query, which may name the user to the portal, and not longer than a line.
  private static func place(_ location: String) -> String {
    let place = location.prefix { $0 != "?" && $0 != "#" }.unicodeScalars
    return place.count > 100
      ? String(String.UnicodeScalarView(place.prefix(99))) + "…" : String(String.UnicodeScalarView(place))
  }
}
