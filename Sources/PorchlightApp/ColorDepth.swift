internal import PorchlightConfig
internal import Screen

/// How many colours a terminal has, and which of them to take for those of a theme.
///
/// Terminals differ in what their first sixteen colours look like: both xterm's and those of the Linux console are
/// asked whether a text can be read.
struct ColorDepth: Hashable, Sendable {
  /// Fainter text is hard to read (WCAG 2.2, 1.4.3).
  static let leastContrast = 4.5

  private enum Kind: Hashable {
    case none, eight, sixteen, indexed, direct
  }

  private let kind: Kind
  /// The background of a text without one of its own.
  private let grounds: [RGB]

  init(_ colors: Int, appearance: ThemeFile.Appearance) {
    kind =
      switch colors {
      case ..<8: .none
      case ..<16: .eight
      case ..<256: .sixteen
      case ..<(1 << 24): .indexed
      default: .direct
      }
    grounds =
      switch appearance {
      case .dark: [.black]
      case .light: [.white]
      case .any: [.black, .white]
      }
  }

  var isNone: Bool { kind == .none }

  /// A role's look in the terminal's colours.
  func style(for role: ThemeRole, in file: ThemeFile) -> Style {
    let style = Style(file.style(for: role))
    switch kind {
    case .none: return style.withoutColors(for: role)
    case .direct: return style.withForeground(readable: self)
    case .indexed:
      var style = style
      style.background = indexed(style.background) { _ in true }
      let grounds = grounds(of: style)
      let wanted = style.foreground
      style.foreground = indexed(wanted) { index in
        // A colour that the theme made faint may be faint.
        let original = colors(of: wanted, attributes: []).map { contrast($0, grounds) }.min() ?? 0
        return contrast(RGB(index: index), grounds) >= min(original, Self.leastContrast)
      }
      return style.withForeground(readable: self)
    case .eight, .sixteen:
      if let said = file.ansiStyle(for: role) { return Style(said).withForeground(readable: self) }
      return ansi(style)
    }
  }

  /// Whether a text of that look can be read. One in a colour nobody knows, the terminal's own, counts as readable
  /// where the ground is the terminal's own too.
  func canBeRead(_ style: Style) -> Bool {
    let grounds = grounds(of: style)
    let texts = colors(of: style.foreground, attributes: style.attributes)
    guard !texts.isEmpty else { return style.background == .terminal }
    return texts.allSatisfy { contrast($0, grounds) >= Self.leastContrast }
  }

  private func contrast(_ text: RGB, _ grounds: [RGB]) -> Double {
    grounds.map { text.contrast(with: $0) }.min() ?? 21
  }

  private func grounds(of style: Style) -> [RGB] {
    style.background == .terminal ? grounds : colors(of: style.background, attributes: [])
  }

  /// What a colour may look like; nothing for the terminal's own.
  private func colors(of color: Color, attributes: Attributes) -> [RGB] {
    switch color {
    case .terminal: return []
    case .rgb(let red, let green, let blue):
      return [RGB(red: Int(red), green: Int(green), blue: Int(blue))]
    case .indexed(let index) where index >= 16: return [RGB(index: Int(index))]
    case .indexed(let index):
      let index = Int(index)
      // xterm and the Linux console show a bold dark colour as its bright form, others as it is.
      var looks = [index]
      if attributes.contains(.bold), index < 8 { looks = kind == .eight ? [index + 8] : [index, index + 8] }
      return looks.flatMap { [RGB(index: $0), RGB(vga: $0)] }
    }
  }

  /// The nearest of the colours from 16 on, which look alike everywhere.
  private func indexed(_ color: Color, where isUsable: (Int) -> Bool) -> Color {
    guard case .rgb(let red, let green, let blue) = color else { return color }
    let rgb = RGB(red: Int(red), green: Int(green), blue: Int(blue))
    // Most often the nearest of all will do, and the first picture waits for this.
    let nearest = rgb.nearestIndex(among: 16..<256)
    let usable = isUsable(nearest) ? nearest : rgb.nearestIndex(among: 16..<256, where: isUsable)
    return .indexed(UInt8(clamping: usable))
  }

  /// The nearest of sixteen colours that can be read. A background is none of them: it is reversed instead, so that
  /// the text on it reads as well as it does elsewhere.
  private func ansi(_ style: Style) -> Style {
    var result = Style(attributes: style.attributes)
    if style.background != .terminal {
      result.attributes.insert(.reverse)
      return result
    }
    guard let wanted = colors(of: style.foreground, attributes: []).first else { return result }
    let usable = (0..<16).filter { index in
      canBeRead(Style(foreground: .indexed(UInt8(clamping: index)), attributes: style.attributes))
    }
    guard !usable.isEmpty else { return result }
    result.foreground = .indexed(UInt8(clamping: wanted.nearestIndex(among: 0..<16) { usable.contains($0) }))
    return result
  }
}

extension Style {
  /// Who sets a background sets the colour on it too: the terminal's own may be any.
  fileprivate func withForeground(readable depth: ColorDepth) -> Style {
    guard background != .terminal, foreground == .terminal else { return self }
    var style = self
    style.foreground = .indexed(15)
    if !depth.canBeRead(style) { style.foreground = .indexed(0) }
    return style
  }
}
