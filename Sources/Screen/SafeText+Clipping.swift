extension SafeText {
  /// The place of a text in a field that is wider than it.
  public enum Alignment: Hashable, Sendable {
    case leading
    case trailing
    case center
  }

  /// The text, cut so that it takes at most this many cells. A cut text ends with `ellipsis` if that fits.
  ///
  /// A wide glyph is kept whole or left out, so the result may be one cell short.
  public func clipped(to limit: Int, ellipsis: SafeText = "~") -> SafeText {
    guard cells > limit else { return self }
    guard limit > 0 else { return .empty }
    guard ellipsis.cells < limit else { return prefix(limit) }
    return prefix(limit - ellipsis.cells) + ellipsis
  }

  /// The text with spaces around it so that it takes this many cells; unchanged if it is longer.
  public func padded(to width: Int, alignment: Alignment = .leading) -> SafeText {
    guard cells < width else { return self }
    let missing = width - cells
    switch alignment {
    case .leading: return self + .spaces(missing)
    case .trailing: return .spaces(missing) + self
    case .center: return .spaces(missing / 2) + self + .spaces(missing - missing / 2)
    }
  }

  /// Clipped or padded, whichever makes it exactly this wide.
  public func fitted(
    to width: Int, alignment: Alignment = .leading, ellipsis: SafeText = "~"
  ) -> SafeText {
    clipped(to: width, ellipsis: ellipsis).padded(to: max(0, width), alignment: alignment)
  }

  /// The text broken into lines of at most this many cells, at spaces where there are any.
  ///
  /// A glyph wider than the lines is left out.
  public func wrapped(to width: Int) -> [SafeText] {
    guard width > 0 else { return [] }
    var lines: [SafeText] = []
    var line = SafeText.empty
    for word in string.split(separator: " ", omittingEmptySubsequences: true) {
      var word = SafeText(untrusted: String(word))
      if !line.isEmpty, line.cells + 1 + word.cells <= width {
        line += .spaces(1) + word
        continue
      }
      if !line.isEmpty { lines.append(line) }
      while word.cells > width {
        let head = word.prefix(width)
        if !head.isEmpty { lines.append(head) }
        word = word.dropping(max(1, head.string.unicodeScalars.count))
      }
      line = word
    }
    if !line.isEmpty { lines.append(line) }
    return lines
  }

  /// As many whole glyphs, with their marks, as fit.
  private func prefix(_ limit: Int) -> SafeText {
    var used = 0
    var end = string.unicodeScalars.startIndex
    for glyph in glyphs {
      guard used + glyph.width <= limit else { break }
      used += glyph.width
      end = string.unicodeScalars.index(end, offsetBy: glyph.scalarCount)
    }
    return SafeText(trusted: String(string.unicodeScalars[..<end]), cells: used)
  }

  private func dropping(_ scalars: Int) -> SafeText {
    SafeText(untrusted: String(String.UnicodeScalarView(string.unicodeScalars.dropFirst(scalars))))
  }
}
