extension StringProtocol {
  /// With `A-Z` in lower case and every other byte as it is, which is all that protocols mean by "case-insensitive":
  /// Matrix's localparts, host names (RFC 4343), schemes (RFC 3986 section 3.1), header names (RFC 9110 section 5.1).
  ///
  /// Unicode's own mapping takes other characters for these letters: U+212A, the Kelvin sign, becomes `k`.
  public var asciiLowercased: String {
    String(decoding: utf8.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
  }

  /// Whether these are the bytes of `other` but for the case of `A-Z`.
  public func isASCIICaseInsensitiveEqual(to other: some StringProtocol) -> Bool {
    asciiLowercased.utf8.elementsEqual(other.asciiLowercased.utf8)
  }
}
