/// How events of rooms are written for clients (Matrix specification, client-server API, "Types of room events").
public enum EventForm: Hashable, Sendable {
  /// In the sections of `/sync`, which name the room around them.
  case sync
  /// Everywhere else: with a `room_id`.
  case withRoom
  /// As clients had them in 2014, in `/events` and `/initialSync`: with a `room_id`, the sender once more as `user_id`, and
  /// what `unsigned` says once more beside it.
  case v1
}
