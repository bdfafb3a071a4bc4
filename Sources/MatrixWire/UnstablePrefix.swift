/// The project's namespace for everything Matrix has no name for: JSON keys, event types, error codes and
/// endpoint paths. The one place it is written down.
public enum UnstablePrefix {
  /// Prefix of JSON keys and event types, and the flag in `/versions`: `chat.porchlight`.
  public static let namespace = "chat.porchlight"

  /// Prefix of error codes: `CHAT_PORCHLIGHT`.
  public static let errorNamespace = "CHAT_PORCHLIGHT"

  /// A namespaced JSON key, event type or flag: `key("presence")` is `chat.porchlight.presence`.
  public static func key(_ name: String) -> String { "\(namespace).\(name)" }
}
