internal import MatrixWire
internal import Synchronization

/// Writes positions of this server's rooms so that clients cannot read them.
///
/// Rooms count together: a client that could read two positions would know how much was said between them in rooms it is
/// not in. A position is permuted by a Feistel network of four rounds with a key (Luby and Rackoff, 1988), so that each
/// is one text, and a text that nobody was given is, in all likelihood, no position there is.
final class PositionSeal: Sendable {
  private let code: @Sendable ([UInt8]) -> [UInt8]
  /// The last of either direction: in a fan-out all polls come and go with the same.
  private let lastSealed = Mutex<(position: UInt64, text: String)?>(nil)
  private let lastOpened = Mutex<(text: String, position: UInt64)?>(nil)
  private static let digits = 16

  /// - Parameter code: a code of a message that only a holder of the key can compute.
  init(_ code: @escaping @Sendable ([UInt8]) -> [UInt8]) { self.code = code }

  /// A position as text: 16 hexadecimal digits.
  func seal(_ position: UInt64) -> String {
    if let last = lastSealed.withLock({ $0 }), last.position == position { return last.text }
    var (left, right) = (UInt32(truncatingIfNeeded: position >> 32), UInt32(truncatingIfNeeded: position))
    for round in UInt8(0)..<4 { (left, right) = (right, left ^ mix(right, round)) }
    let digits = String(UInt64(left) << 32 | UInt64(right), radix: 16)
    let text = String(repeating: "0", count: Self.digits - digits.utf8.count) + digits
    lastSealed.withLock { $0 = (position, text) }
    return text
  }

  /// The position of a text; nil for one that has another form.
  func open(_ text: some StringProtocol) -> UInt64? {
    if let last = lastOpened.withLock({ $0 }), last.text == text { return last.position }
    let isDigits = text.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
    guard text.utf8.count == Self.digits, isDigits, let number = UInt64(text, radix: 16) else { return nil }
    var (left, right) = (UInt32(truncatingIfNeeded: number >> 32), UInt32(truncatingIfNeeded: number))
    for round in (UInt8(0)..<4).reversed() { (left, right) = (right ^ mix(left, round), left) }
    let position = UInt64(left) << 32 | UInt64(right)
    lastOpened.withLock { $0 = (String(text), position) }
    return position
  }

  private func mix(_ half: UInt32, _ round: UInt8) -> UInt32 {
    let bytes = [round] + (0..<4).map { UInt8(truncatingIfNeeded: half >> (8 * $0)) }
    return code(bytes).prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
  }
}
