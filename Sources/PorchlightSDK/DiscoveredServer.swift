public import MatrixWire

/// A homeserver that was found and answers.
public struct DiscoveredServer: Hashable, Sendable {
  /// What the paths of the Client-Server API are appended to.
  public var baseURL: WebURL
  /// What it speaks.
  public var versions: VersionsAnswer

  public init(baseURL: WebURL, versions: VersionsAnswer) {
    self.baseURL = baseURL
    self.versions = versions
  }
}

/// Why no homeserver was found.
public struct DiscoveryProblem: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Kind: Hashable, Sendable {
    /// The server name says nothing usable: its user may know the homeserver's URL (`FAIL_PROMPT` of the specification).
    case prompt
    /// What was named is no homeserver that can be used (`FAIL_ERROR`).
    case error
  }

  public let kind: Kind
  /// For people: what was asked, and what came.
  public let message: String

  init(_ kind: Kind, _ message: String) {
    self.kind = kind
    self.message = message
  }

  public var description: String { message }
}
