internal import MatrixWire
public import Ports
public import SmallFiles

/// The desktop's keyring, by libsecret's `secret-tool`. Secrets go through pipes, never into an argument.
public struct Keyring: Sendable {
  private let program: String
  private let environment: [String]

  /// How long `secret-tool` may take: without a desktop it may wait for an answer that never comes.
  private static let patience: Duration = .seconds(10)

  /// - Parameters:
  ///   - program: the path of `secret-tool`, or of what behaves like it.
  ///   - environment: its variables, which name the bus of the session.
  public init(program: String, environment: [String]) {
    self.program = program
    self.environment = environment
  }

  /// Whether a keyring answers: the program alone says little, for it is there on machines without a desktop too.
  ///
  /// - Parameter time: the clock that its answers are waited for by.
  /// - Throws: `FileProblem` where none does, with the reason.
  public func probe(on time: any Timekeeper) async throws(FileProblem) {
    let name = "probe"
    try await store("probe", of: name, label: "porchlight: whether there is a keyring", time)
    guard try await lookup(name, time) == "probe" else {
      throw FileProblem("The keyring does not give back what was put into it.")
    }
    _ = try await run("clear", attributes(name), time)
  }

  /// - Returns: nil where the keyring has nothing of the user.
  func secrets(of user: UserID, on time: any Timekeeper) async throws(FileProblem) -> Secrets? {
    guard let text = try await lookup(user.rawValue, time) else { return nil }
    do throws(MatrixError) {
      return try WireJSON.decode(Secrets.self, from: Array(text.utf8))
    } catch {
      throw FileProblem("What the keyring holds of \(user) is not porchlight's.")
    }
  }

  func keep(_ secrets: Secrets, of user: UserID, on time: any Timekeeper) async throws(FileProblem) {
    let text = String(decoding: WireJSON.encode(secrets), as: UTF8.self)
    try await store(text, of: user.rawValue, label: "porchlight: \(user)", time)
  }

  func remove(_ user: UserID, on time: any Timekeeper) async throws(FileProblem) {
    let end = try await run("clear", attributes(user.rawValue), time)
    guard end.status == 0 || Self.isNothing(end) else {
      throw FileProblem("The keyring does not forget \(user): \(Self.words(of: "clear", end)).")
    }
  }

  private func store(
    _ text: String, of name: String, label: String, _ time: any Timekeeper
  ) async throws(FileProblem) {
    let end = try await run("store", ["--label", label] + attributes(name), input: text, time)
    guard end.status == 0 else {
      throw FileProblem("No keyring answers: \(Self.words(of: "store", end)).")
    }
  }

  private func lookup(_ name: String, _ time: any Timekeeper) async throws(FileProblem) -> String? {
    let end = try await run("lookup", attributes(name), time)
    if Self.isNothing(end) { return nil }
    guard end.status == 0 else {
      throw FileProblem(
        "The keyring cannot be read: \(Self.words(of: "lookup", end)). Unlock it and try again.")
    }
    return String(decoding: end.output, as: UTF8.self)
  }

  /// Whether `secret-tool` found nothing. Of a keyring that is locked or does not answer it has something to say.
  private static func isNothing(_ end: ChildProcess.End) -> Bool { end.status == 1 && end.errors.isEmpty }

  private static func words(of verb: String, _ end: ChildProcess.End) -> String {
    let line = end.errors.prefix { $0 != UInt8(ascii: "\n") }.prefix(200)
    let said = line.isEmpty ? "" : " (\(String(decoding: line, as: UTF8.self)))"
    return "secret-tool \(verb) ends with \(end.status)\(said)"
  }

  private func attributes(_ name: String) -> [String] { ["application", "porchlight", "account", name] }

  private func run(
    _ verb: String, _ arguments: [String], input: String = "", _ time: any Timekeeper
  ) async throws(FileProblem) -> ChildProcess.End {
    try await ChildProcess.run(
      program, [verb] + arguments, environment: environment, input: Array(input.utf8), takesErrors: true,
      within: Self.patience, on: time)
  }
}
