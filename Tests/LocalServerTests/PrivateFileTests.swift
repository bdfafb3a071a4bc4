internal import Glibc
internal import HTTPTestSupport
internal import SmallFiles
internal import Testing

struct PrivateFileTests {
  private let folder: TemporaryFolder
  private var path: String { folder.path + "/secret" }

  init() throws { folder = try TemporaryFolder() }

  @Test func aFileIsMadeOnceForItsOwnerAlone() throws {
    #expect(try PrivateFile.text(at: path) { "one\n" } == "one\n")
    #expect(folder.mode(of: "secret") == 0o600)
    #expect(try PrivateFile.text(at: path) { "two\n" } == "one\n")
    #expect(try filesInFolder() == ["secret"])
  }

  @Test(arguments: [0o644, 0o640, 0o604, 0o620, 0o610])
  func aFileOthersMayUseIsRefused(_ mode: Int) throws {
    try folder.write("one", to: "secret")
    chmod(path, mode_t(mode))
    let error = #expect(throws: FileProblem.self) { try PrivateFile.text(at: path) { "two" } }
    #expect(error?.message == "Others may read or write the file \(path): chmod 600 \(path)")
    #expect(folder.mode(of: "secret") == mode)
  }

  @Test func whatIsNoFileIsRefused() throws {
    mkdir(path, 0o700)
    #expect(throws: FileProblem.self) { try PrivateFile.text(at: path) { "two" } }
    rmdir(path)
    mkfifo(path, 0o600)
    #expect(throws: FileProblem.self) { try PrivateFile.text(at: path) { "two" } }
  }

  @Test func aFileTooLargeIsRefused() throws {
    try folder.write(String(repeating: "x", count: 65_537), to: "secret")
    #expect(throws: FileProblem.self) { try PrivateFile.text(at: path) { "two" } }
  }

  @Test func withoutAFolderThereIsNoFile() throws {
    let path = folder.path + "/nowhere/secret"
    let error = #expect(throws: FileProblem.self) { try PrivateFile.text(at: path) { "one" } }
    #expect(error?.message == "The folder \(folder.path)/nowhere does not exist.")
  }

  @Test func manyWhoMakeItAtOnceGetTheSame() async throws {
    for round in 0..<20 {
      let path = path + String(round)
      let texts = try await withThrowingTaskGroup(of: String.self) { group in
        for number in 0..<8 { group.addTask { try PrivateFile.text(at: path) { "text \(number)" } } }
        return try await group.reduce(into: Set<String>()) { $0.insert($1) }
      }
      #expect(texts.count == 1)
    }
  }

  @Test func aFileWrittenAnewIsItsOwnersAlone() throws {
    try folder.write("one", to: "secret")
    chmod(path, 0o644)
    try PrivateFile.replace(path, with: "two\n")
    #expect(folder.mode(of: "secret") == 0o600)
    #expect(try PrivateFile.text(at: path) { "three" } == "two\n")
    #expect(try filesInFolder() == ["secret"])
  }

  @Test(arguments: [("a/b", "a"), ("/b", "/"), ("b", "."), ("/a/b/c", "/a/b")])
  func theFolderOfAFileIsFound(path: String, folder: String) {
    #expect(PrivateFile.folder(of: path) == folder)
  }

  private func filesInFolder() throws -> [String] {
    guard let folder = opendir(folder.path) else { throw Missing("a folder") }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }
}
