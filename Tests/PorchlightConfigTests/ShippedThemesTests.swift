import Foundation
import PorchlightConfig
import Testing

@Suite struct ShippedThemesTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "themes").path()

  private static let search = ThemeSearch(folders: [folder])

  @Test func everyFileDecodesAndIsCalledLikeItsFile() throws {
    let names = Self.search.names()
    #expect(names == ["dark", "light", "mono"])
    for name in names {
      #expect(try ThemeSearch(folders: []).find("\(Self.folder)/\(name).toml").name == name)
    }
  }

  @Test(arguments: ["dark", "light"]) func aBuiltInThemeIsItsFile(name: String) throws {
    let file = try ThemeSearch(folders: []).find("\(Self.folder)/\(name).toml")
    #expect(try ThemeSearch(folders: []).find(name) == file)
  }

  @Test func theMonochromeThemeNamesNoColour() throws {
    for (role, style) in try Self.search.find("mono").styles {
      #expect(style.foreground == .terminal && style.background == .terminal, "\(role)")
    }
  }

  /// Fainter than 4.5 to 1 is hard to read. A colour that is the terminal's own is taken as what terminals of
  /// that kind usually have.
  @Test(arguments: ["dark", "light"]) func everyTextCanBeRead(name: String) throws {
    let theme = try Self.search.find(name)
    let isDark = theme.appearance == .dark
    let ground = luminance(theme.background) ?? luminance(isDark ? 0x101216 : 0xFAFAFA)
    let ink = luminance(isDark ? 0xE6E6E6 : 0x1A1A1A)
    // What a selected line shows keeps its own colour on the selection's ground.
    let selection = luminance(theme.style(for: .selection).background) ?? ground
    for role in ThemeRole.allCases {
      let style = theme.style(for: role)
      let text = luminance(style.foreground) ?? ink
      #expect(contrast(text, luminance(style.background) ?? ground) >= 4.5, "\(role) in \(name)")
      if Self.onRosterLines.contains(role) {
        #expect(contrast(text, selection) >= 4.5, "\(role) selected in \(name)")
      }
    }
  }

  private static let onRosterLines: Set<ThemeRole> = [
    .text, .online, .freeForChat, .idle, .busy, .offline, .unknown, .invite, .away, .invisible, .statusText,
    .active, .pending,
  ]

  private func contrast(_ left: Double, _ right: Double) -> Double {
    (max(left, right) + 0.05) / (min(left, right) + 0.05)
  }

  private func luminance(_ color: ThemeColor) -> Double? {
    guard case .rgb(let red, let green, let blue) = color else { return nil }
    return luminance(UInt32(red) << 16 | UInt32(green) << 8 | UInt32(blue))
  }

  /// Relative luminance as WCAG 2 defines it.
  private func luminance(_ value: UInt32) -> Double {
    func linear(_ shift: UInt32) -> Double {
      let part = Double(value >> shift & 0xFF) / 255
      return part <= 0.04045 ? part / 12.92 : pow((part + 0.055) / 1.055, 2.4)
    }
    return 0.2126 * linear(16) + 0.7152 * linear(8) + 0.0722 * linear(0)
  }
}
