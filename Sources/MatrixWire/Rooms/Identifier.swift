extension StringProtocol {
  /// Whether this has the form that room IDs, event IDs and aliases share: a sigil, at least one byte more, no NUL, at
  /// most 255 bytes.
  func isIdentifier(sigil: UInt8) -> Bool {
    (2...255).contains(utf8.count) && utf8.first == sigil && !utf8.contains(0)
  }
}
