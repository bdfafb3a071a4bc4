public import MatrixWire
public import Ports

/// What the user is asked to do in a browser, on this machine or on any other (RFC 8628, section 3.3).
public struct DevicePrompt: Hashable, Sendable {
  /// The page to open.
  public let page: WebURL
  /// What to enter there. It comes from the server.
  public let code: String
  /// The page with the code entered already; nil where the server has none.
  public let completePage: WebURL?
  /// Until when.
  public let end: Instant
}
