import Glibc
import PorchlightConfig
import Testing

@Suite struct ThemeSearchTests {
  @Test func theUsualFoldersAreThese() {
    let search = ThemeSearch(
      configHome: nil, home: "/home/mara",
      executablePath: "/src/porchlight/.build/x86_64-unknown-linux-gnu/debug/porchlight")
    #expect(
      search.folders == [
        "/home/mara/.config/porchlight/themes",
        "/src/porchlight/.build/x86_64-unknown-linux-gnu/debug/themes",
        "/src/porchlight/.build/x86_64-unknown-linux-gnu/themes",
        "/src/porchlight/.build/themes",
        "/src/porchlight/themes",
        "/src/porchlight/.build/x86_64-unknown-linux-gnu/share/porchlight/themes",
      ])
  }

  @Test func theConfigurationFolderComesFirst() {
    let search = ThemeSearch(configHome: "/conf", home: "/home/mara", executablePath: "/usr/bin/porchlight")
    #expect(
      search.folders == [
        "/conf/porchlight/themes", "/usr/bin/themes", "/usr/themes", "/usr/share/porchlight/themes",
      ])
    #expect(ThemeSearch(configHome: "relative", home: nil, executablePath: "porchlight").folders == [])
  }

  @Test func aNameIsLookedUpInOrder() throws {
    let first = Folder()
    let second = Folder()
    second.write("paper.toml", "appearance = \"light\"")
    #expect(try ThemeSearch(folders: [first.path, second.path]).find("paper").appearance == .light)
    first.write("paper.toml", "appearance = \"dark\"")
    #expect(try ThemeSearch(folders: [first.path, second.path]).find("paper").appearance == .dark)
  }

  @Test func aValueWithASlashOrAnEndingIsAPath() throws {
    let folder = Folder()
    folder.write("mine.toml", "name = \"my own\"")
    #expect(try ThemeSearch(folders: []).find("\(folder.path)/mine.toml").name == "my own")
    let error = #expect(throws: ConfigError.self) { try ThemeSearch(folders: [folder.path]).find("no.toml") }
    #expect(error?.description == "no.toml: there is no such file; expected a theme file")
  }

  @Test func whatIsNotFoundIsExplained() {
    let folder = Folder()
    folder.write("paper.toml", "")
    let search = ThemeSearch(folders: [folder.path, "/nowhere"])
    #expect(search.names() == ["dark", "light", "paper"])
    let error = #expect(throws: ConfigError.self) { try search.find("papr") }
    let expected =
      "theme 'papr': not found; did you mean 'paper'? there are dark, light, paper; looked in \(folder.path), /nowhere"
    #expect(error?.description == expected)
  }

  @Test func theBuiltInNeedsNoFile() throws {
    #expect(try ThemeSearch(folders: []).find("dark") == .dark)
  }

  @Test func filesThatAreNoThemesAreRefusedInOneLine() {
    let folder = Folder()
    folder.write("large.toml", String(repeating: "# much\n", count: 10_000))
    folder.write("latin.toml", bytes: [0x6E, 0xE9])
    mkdir("\(folder.path)/folder.toml", 0o700)
    mkfifo("\(folder.path)/pipe.toml", 0o600)
    let expected = [
      "large": "is larger than 64 KiB", "latin": "is not UTF-8", "folder": "is not a file",
      "pipe": "is not a file",
    ]
    for (name, words) in expected {
      let error = #expect(throws: ConfigError.self) { try ThemeSearch(folders: [folder.path]).find(name) }
      #expect(error?.description.hasPrefix("\(folder.path)/\(name).toml: \(words)") == true)
    }
  }
}

/// A folder that is gone after the test.
private final class Folder {
  let path: String

  init() {
    var name = Array("/tmp/porchlight-themes-XXXXXX".utf8CString)
    path = mkdtemp(&name).map { String(cString: $0) } ?? ""
  }

  deinit {
    for name in ["paper", "mine", "large", "latin", "folder", "pipe"] { remove("\(path)/\(name).toml") }
    rmdir(path)
  }

  func write(_ name: String, _ text: String) {
    write(name, bytes: Array(text.utf8))
  }

  func write(_ name: String, bytes: [UInt8]) {
    let descriptor = open("\(path)/\(name)", O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    _ = Glibc.write(descriptor, bytes, bytes.count)
    close(descriptor)
  }
}
