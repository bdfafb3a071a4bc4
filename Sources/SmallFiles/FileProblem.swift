/// Why a file or a folder cannot be used.
public struct FileProblem: Error, Hashable, Sendable, CustomStringConvertible {
  /// For people: what failed, on which file, and what to do where something can be done.
  public let message: String

  public init(_ message: String) { self.message = message }

  public var description: String { message }
}
