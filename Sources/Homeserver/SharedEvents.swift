internal import MatrixWire

/// Events of one pass over many polls as bytes: what several may see is written once.
///
/// Good for one moment, in which nothing changes. Whether a viewer may see an event is asked for each of them.
struct SharedEvents {
  private struct Key: Hashable {
    let user: UserID
    let form: StreamForm
  }

  private var shown: [Key: [UInt8]] = [:]

  mutating func bytes(of notice: StreamView.Notice, in view: StreamView, as form: StreamForm) -> [UInt8]? {
    guard case .person(let user) = notice, view.shows(user) else {
      return view.event(notice)?.encoded(as: form)
    }
    let key = Key(user: user, form: form)
    if let bytes = shown[key] { return bytes }
    let bytes = view.event(notice)?.encoded(as: form)
    shown[key] = bytes
    return bytes
  }
}
