/// Why a setting of the network cannot be used, as the end of a sentence that begins with its name. It never repeats
/// what may be a password.
public struct SettingProblem: Error, Hashable, Sendable {
  public let message: String

  init(_ message: String) { self.message = message }
}
