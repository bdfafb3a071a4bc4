internal import MatrixWire

/// Events of one pass over many polls as bytes: what several may see is written once.
///
/// Good for one moment, in which nothing changes. Whether a viewer may see an event is asked for each of them.
struct SharedEvents {
  private struct Key: Hashable {
    let user: UserID
    let form: StreamForm
  }

  /// The events of the poll that is answered, here so that the next one finds room.
  private(set) var events: [[UInt8]] = []
  private var shown: [Key: [UInt8]] = [:]
  /// The one that was asked for last: most passes are of one change.
  private var last: (key: Key, bytes: [UInt8]?)?

  /// Makes `events` of what a poll is to be told.
  mutating func write(_ notices: [StreamView.Notice], in view: StreamView, as form: StreamForm) {
    events.removeAll(keepingCapacity: true)
    for notice in notices {
      if let bytes = bytes(of: notice, in: view, as: form) { events.append(bytes) }
    }
  }

  private mutating func bytes(
    of notice: StreamView.Notice, in view: StreamView, as form: StreamForm
  ) -> [UInt8]? {
    guard case .person(let user) = notice, view.shows(user) else {
      return view.event(notice)?.encoded(as: form)
    }
    let key = Key(user: user, form: form)
    if let last, last.key == key { return last.bytes }
    let bytes = shown[key] ?? view.event(notice)?.encoded(as: form)
    shown[key] = bytes
    last = (key, bytes)
    return bytes
  }
}
