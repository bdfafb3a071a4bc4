extension ThemeFile {
  /// The theme that needs no file. `themes/dark.toml` says the same, as a file to start one's own from.
  public static let builtIn = ThemeFile(
    name: "dark", appearance: .dark,
    styles: [
      .text: .plain,
      .dim: ThemeStyle(foreground: rgb(0x949BA6)),
      .title: ThemeStyle(foreground: rgb(0xFFCF70), bold: true),
      .counts: ThemeStyle(foreground: rgb(0xB8BEC8)),
      .columns: ThemeStyle(foreground: rgb(0x949BA6), underline: true),
      .group: ThemeStyle(foreground: rgb(0x8CC8F0), bold: true),
      .online: ThemeStyle(foreground: rgb(0x7FD962)),
      .freeForChat: ThemeStyle(foreground: rgb(0x4FD6BE), bold: true),
      .idle: ThemeStyle(foreground: rgb(0xE6B450)),
      .busy: ThemeStyle(foreground: rgb(0xF58188)),
      .offline: ThemeStyle(foreground: rgb(0x949BA6)),
      .unknown: ThemeStyle(foreground: rgb(0x949BA6), italic: true),
      .invite: ThemeStyle(foreground: rgb(0xD2A6FF), bold: true),
      .away: ThemeStyle(foreground: rgb(0xE6B450)),
      .invisible: ThemeStyle(foreground: rgb(0x949BA6)),
      .statusText: ThemeStyle(foreground: rgb(0xB8BEC8)),
      .active: ThemeStyle(foreground: rgb(0x949BA6)),
      .selection: ThemeStyle(background: rgb(0x223044), bold: true),
      .feed: ThemeStyle(foreground: rgb(0x949BA6)),
      .feedHighlight: ThemeStyle(foreground: rgb(0xFFCF70)),
      .keys: ThemeStyle(foreground: rgb(0x949BA6)),
      .keysKey: ThemeStyle(foreground: rgb(0x8CC8F0)),
      .error: ThemeStyle(foreground: rgb(0xFF8080), bold: true),
      .warning: ThemeStyle(foreground: rgb(0xFFB454), bold: true),
      .pending: ThemeStyle(foreground: rgb(0x949BA6), italic: true),
      .frame: ThemeStyle(foreground: rgb(0x7C8592)),
      .detailLabel: ThemeStyle(foreground: rgb(0x949BA6)),
      .detailValue: .plain,
      .menu: ThemeStyle(background: rgb(0x1C2430)),
      .menuSelected: ThemeStyle(foreground: rgb(0x101216), background: rgb(0x8CC8F0), bold: true),
      .input: ThemeStyle(underline: true),
      .helpKey: ThemeStyle(foreground: rgb(0xFFCF70)),
      .helpText: .plain,
    ])

  private static func rgb(_ value: UInt32) -> ThemeColor {
    .rgb(red: UInt8(value >> 16 & 0xFF), green: UInt8(value >> 8 & 0xFF), blue: UInt8(value & 0xFF))
  }
}
