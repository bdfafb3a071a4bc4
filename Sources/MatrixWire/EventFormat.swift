/// The `event_format` of a filter (Matrix specification, client-server API, "Filter").
public enum EventFormat: String, Hashable, Sendable {
  /// As clients have them.
  case client
  /// As servers have them between each other. Rooms here live on one server, which sends none such.
  case federation
}
