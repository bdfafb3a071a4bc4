public import MatrixWire
public import Ports
internal import Synchronization

/// The web as a test says: a function from a request to what comes of it, and a record of what was asked.
public final class ScriptedWeb: WebExchange {
  private let script: @Sendable (WebRequest) throws -> WireResponse
  private let asked = Mutex<[WebRequest]>([])

  public init(_ script: @escaping @Sendable (WebRequest) throws -> WireResponse) { self.script = script }

  /// Every request, in order.
  public var requests: [WebRequest] { asked.withLock { $0 } }

  public func send(_ request: WebRequest) async throws -> WireResponse {
    asked.withLock { $0.append(request) }
    return try script(request)
  }
}

extension WireResponse {
  /// An answer with a body as text.
  public static func text(_ body: String, status: Int = 200) -> WireResponse {
    WireResponse(
      status: status, headers: [Header("Content-Type", "application/json")], body: Array(body.utf8))
  }

  /// A redirect.
  public static func redirect(to location: String, status: Int = 302) -> WireResponse {
    WireResponse(status: status, headers: [Header("Location", location)], body: [])
  }
}

extension WebRequest {
  /// A field of the form that is sent.
  public func field(_ name: String) -> String? {
    guard case .form(let items) = body else { return nil }
    return items.first { $0.name == name }?.value
  }
}
