internal import Homeserver
public import MatrixWire

/// The proxies in front of a server whose word counts on where a request comes from.
public struct TrustedProxies: Hashable, Sendable {
  private let networks: [IPNetwork]

  /// - Parameter networks: where they are; none by default, so that the header counts from no address.
  public init(_ networks: [IPNetwork] = []) { self.networks = networks }

  /// Whether the word of a requester counts.
  func contains(_ requester: Requester) -> Bool {
    !networks.isEmpty && (requester.address.flatMap { IPAddress($0) }.map(contains) ?? false)
  }

  private func contains(_ address: IPAddress) -> Bool { networks.contains { $0.contains(address) } }

  /// Whose request a proxy passes on.
  ///
  /// Each proxy appends the address it was asked from, so the list is read from its end, for as long as one of these
  /// proxies wrote it. The last address that is not a proxy's is the client's; what precedes it is only claimed by the
  /// client. Where there is no such address, the first proxy asks for itself. Where a proxy wrote something else than
  /// an address (`unknown`), such clients cannot be told apart and count together.
  ///
  /// - Parameters:
  ///   - proxy: at the connection's end; one of these.
  ///   - lines: the headers `X-Forwarded-For`, in their order.
  /// - Returns: the client; never a process of this server's own user, whichever user the proxy runs as.
  func client(behind proxy: Requester, forwardedFor lines: [String]) -> Requester {
    var client = Requester(address: proxy.address, isSameUser: false)
    for line in lines.reversed() {
      var rest = line[...]
      while true {
        let comma = rest.lastIndex(of: ",")
        let entry = comma.map { rest[rest.index(after: $0)...] } ?? rest
        if let text = Self.word(entry) {
          guard let address = Self.address(text) else {
            client.address = "unknown"
            return client
          }
          client.address = address.description
          guard contains(address) else { return client }
        }
        guard let comma else { break }
        rest = rest[..<comma]
      }
    }
    return client
  }

  /// Without what may surround it; nil for an empty entry, which says nothing.
  private static func word(_ entry: Substring) -> Substring? {
    var text = entry.drop { $0 == " " || $0 == "\t" }
    while let last = text.last, last == " " || last == "\t" { text.removeLast() }
    return text.isEmpty ? nil : text
  }

  /// `192.0.2.1`, `2001:db8::1`, `[2001:db8::1]`, and the same with a port where that is no part of the address.
  private static func address(_ text: Substring) -> IPAddress? {
    if let address = IPAddress(text) { return address }
    if text.first == "[", let end = text.firstIndex(of: "]") {
      let port = text[text.index(after: end)...]
      guard port.isEmpty || isPort(port) else { return nil }
      let inside = text[text.index(after: text.startIndex)..<end]
      return inside.contains(":") ? IPAddress(inside) : nil
    }
    guard let colon = text.lastIndex(of: ":"), isPort(text[colon...]) else { return nil }
    let address = IPAddress(text[..<colon])
    return address?.four == nil ? nil : address
  }

  private static func isPort(_ text: Substring) -> Bool {
    let digits = text.dropFirst().utf8
    return text.first == ":" && (1...5).contains(digits.count)
      && digits.allSatisfy { (0x30...0x39).contains($0) }
  }
}
