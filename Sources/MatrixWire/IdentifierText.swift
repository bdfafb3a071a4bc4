/// The text of an ID, which the ID refers to: copies of it share one text, whose hash is worked out once.
@usableFromInline
final class IdentifierText<Part: Sendable>: Sendable {
  /// Of the text, for this process.
  @usableFromInline let hash: Int
  let text: String
  /// A part of the text that has a meaning of its own.
  let part: Part

  init(_ text: String, _ part: Part) {
    // By bytes, as IDs are compared: texts that Swift holds for equal would all have one hash.
    var hasher = Hasher()
    for byte in text.utf8 { hasher.combine(byte) }
    (hash, self.text, self.part) = (hasher.finalize(), text, part)
  }

  /// Whether the texts have the same bytes: hardly ever has more to be compared than the hashes.
  @inlinable
  func hasBytes(of other: IdentifierText) -> Bool {
    self === other || hash == other.hash && textHasBytes(of: other)
  }

  @usableFromInline
  func textHasBytes(of other: IdentifierText) -> Bool { text.hasBytes(of: other.text) }

  /// Order by code point, which is the order of the UTF-8 bytes (Swift's own string order folds canonically equivalent
  /// text together).
  func precedes(_ other: IdentifierText) -> Bool {
    let (ours, theirs) = (text.utf8.span, other.text.utf8.span)
    for index in 0..<min(ours.count, theirs.count) where ours[index] != theirs[index] {
      return ours[index] < theirs[index]
    }
    return ours.count < theirs.count
  }
}
