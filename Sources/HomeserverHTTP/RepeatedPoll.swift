internal import Glibc
internal import Homeserver
internal import MatrixWire
internal import NIOCore

/// A poll as it came over a connection. A client asks for the next one in the same words but for the position, as soon
/// as it was answered; such a request is compared and not parsed.
struct RepeatedPoll {
  /// The last poll of them.
  var poll: Poll
  /// The head up to the position, and behind it.
  private let before: [UInt8]
  private let after: [UInt8]

  /// Nil where the position is not found beyond doubt.
  ///
  /// - Parameters:
  ///   - head: the bytes of one request, from its method to the empty line.
  ///   - poll: what it asked for.
  init?(_ head: some Collection<UInt8>, _ poll: Poll) {
    guard poll.isRepeatable, let position = poll.position, Self.isPlain(position.rawValue.utf8),
      head.count <= Self.longest
    else {
      return nil
    }
    let head = Array(head)
    guard Self.isWhole(head), let value = Self.value(of: poll.positionName, in: head),
      head[value].elementsEqual(position.rawValue.utf8)
    else { return nil }
    self.poll = poll
    before = Array(head[..<value.lowerBound])
    after = Array(head[value.upperBound...])
  }

  /// A head is kept for each connection: most are a few hundred bytes.
  private static let longest = 2_048
  private static let longestPosition = 64

  /// Whether bytes begin with the same poll.
  ///
  /// - Returns: its position, and how many bytes it takes.
  func match(_ bytes: ByteBufferView) -> (position: SyncToken, length: Int)? {
    guard bytes.count > before.count + after.count else { return nil }
    return bytes.withContiguousStorageIfAvailable { bytes -> (position: SyncToken, length: Int)? in
      guard Self.areEqual(bytes, from: 0, before) else { return nil }
      var end = before.count
      while end < bytes.count, end - before.count < Self.longestPosition, Self.isPlain(bytes[end]) {
        end += 1
      }
      guard end > before.count, Self.areEqual(bytes, from: end, after),
        let position = SyncToken(
          String(decoding: UnsafeBufferPointer(rebasing: bytes[before.count..<end]), as: UTF8.self))
      else { return nil }
      return (position, end + after.count)
    } ?? nil
  }

  private static func areEqual(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int, _ part: [UInt8]) -> Bool
  {
    guard bytes.count - start >= part.count else { return false }
    return part.withUnsafeBufferPointer { part in
      guard let ours = part.baseAddress, let theirs = bytes.baseAddress else { return part.isEmpty }
      return memcmp(ours, theirs + start, part.count) == 0
    }
  }

  /// Whether a byte stands for itself in a query, so that nothing has to be decoded.
  private static func isPlain(_ byte: UInt8) -> Bool {
    (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
      || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
  }

  private static func isPlain(_ text: String.UTF8View) -> Bool { text.allSatisfy(isPlain) }

  /// Whether these are the bytes of one request by GET, and no more. A line that ends otherwise than by CR LF could hide
  /// another request.
  private static func isWhole(_ head: [UInt8]) -> Bool {
    let end = Array("\r\n\r\n".utf8)
    guard head.starts(with: Array("GET /".utf8)), head.count > end.count,
      head.indices.allSatisfy({ head[$0] != 10 || $0 > 0 && head[$0 - 1] == 13 })
    else { return false }
    let first = head.indices.first { head[$0...].starts(with: end) }
    return first == head.count - end.count
  }

  /// Where the value of a parameter stands in the request line: nil unless every name is written plainly, and this one
  /// once.
  private static func value(of name: String, in head: [UInt8]) -> Range<Int>? {
    guard let end = head.dropFirst(4).firstIndex(of: UInt8(ascii: " ")),
      let start = head[..<end].firstIndex(of: UInt8(ascii: "?"))
    else { return nil }
    var found: Range<Int>?
    for item in head[(start + 1)..<end].split(separator: UInt8(ascii: "&")) {
      let equals = item.firstIndex(of: UInt8(ascii: "=")) ?? item.endIndex
      guard item[..<equals].allSatisfy(isPlain) else { return nil }
      guard item[..<equals].elementsEqual(name.utf8), equals < item.endIndex else { continue }
      guard found == nil else { return nil }
      found = (equals + 1)..<item.endIndex
    }
    return found
  }
}
