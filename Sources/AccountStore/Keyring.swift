internal import MatrixWire
public import SmallFiles

/// The desktop's keyring, by libsecret's `secret-tool`. Secrets go through pipes, never into an argument.
public struct Keyring: Sendable {
  private let program: String
  private let environment: [String]

  /// - Parameters:
  ///   - program: the path of `secret-tool`, or of what behaves like it.
  ///   - environment: its variables, which name the bus of the session.
  public init(program: String, environment: [String]) {
    self.program = program
    self.environment = environment
  }

  /// Whether a keyring answers: the program alone says little, for it is there on machines without a desktop too.
  ///
  /// - Throws: `FileProblem` where none does, with the reason.
  public func probe() throws(FileProblem) {
    let name = "probe"
    try store("probe", of: name, label: "porchlight: whether there is a keyring")
    guard try lookup(name) == "probe" else {
      throw FileProblem("The keyring does not give back what was put into it.")
    }
    _ = try run(["clear"] + attributes(name), input: "")
  }

  func secrets(of user: UserID) throws(FileProblem) -> Secrets? {
    guard let text = try lookup(user.rawValue) else { return nil }
    do throws(MatrixError) {
      return try WireJSON.decode(Secrets.self, from: Array(text.utf8))
    } catch {
      throw FileProblem("What the keyring holds of \(user) is not porchlight's.")
    }
  }

  func keep(_ secrets: Secrets, of user: UserID) throws(FileProblem) {
    let text = String(decoding: WireJSON.encode(secrets), as: UTF8.self)
    try store(text, of: user.rawValue, label: "porchlight: \(user)")
  }

  func remove(_ user: UserID) throws(FileProblem) {
    let end = try run(["clear"] + attributes(user.rawValue), input: "")
    guard end.status == 0 || end.status == 1 else {
      throw FileProblem("The keyring does not forget \(user): secret-tool ends with \(end.status).")
    }
  }

  private func store(_ text: String, of name: String, label: String) throws(FileProblem) {
    let end = try run(["store", "--label", label] + attributes(name), input: text)
    guard end.status == 0 else {
      throw FileProblem("No keyring answers: secret-tool store ends with \(end.status).")
    }
  }

  private func lookup(_ name: String) throws(FileProblem) -> String? {
    let end = try run(["lookup"] + attributes(name), input: "")
    guard end.status == 0, !end.output.isEmpty else { return nil }
    return String(decoding: end.output, as: UTF8.self)
  }

  private func attributes(_ name: String) -> [String] { ["application", "porchlight", "account", name] }

  private func run(_ arguments: [String], input: String) throws(FileProblem) -> ChildProcess.End {
    try ChildProcess.run(program, arguments, environment: environment, input: Array(input.utf8))
  }
}
