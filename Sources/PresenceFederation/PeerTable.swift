internal import MatrixWire

/// The link to each peer, by name.
///
/// Like a dictionary, but a value stays where it is while it is read or changed, and the peer that was changed last is
/// found again at once: an input is about one peer, and looks it up dozens of times.
struct PeerTable: Sendable {
  private var places: [ServerName: Int] = [:]
  /// The first place belongs to all peers that are not kept, and is empty except while one is put in.
  private var links: [PeerLink?] = [nil]
  private var free: [Int] = []
  private var latest: (name: ServerName, place: Int)?

  var names: Dictionary<ServerName, Int>.Keys { places.keys }

  /// Inlined, so that what is lent out needs no memory of its own.
  subscript(name: ServerName) -> PeerLink? {
    @inline(__always)
    _read {
      yield links[place(of: name)]
    }
    @inline(__always)
    _modify {
      let place = seek(name)
      yield &links[place]
      if (isEmpty(place)) != (place == 0) { updatePlace(of: name, at: place) }
    }
  }

  private func place(of name: ServerName) -> Int {
    if let latest, latest.name == name { return latest.place }
    return places[name] ?? 0
  }

  private mutating func seek(_ name: ServerName) -> Int {
    if let latest, latest.name == name { return latest.place }
    guard let place = places[name] else { return 0 }
    latest = (name, place)
    return place
  }

  private func isEmpty(_ place: Int) -> Bool {
    if case nil = links[place] { true } else { false }
  }

  /// A peer is new, or gone.
  private mutating func updatePlace(of name: ServerName, at place: Int) {
    if place == 0 {
      let own = free.popLast() ?? links.count
      if own == links.count { links.append(nil) }
      links.swapAt(0, own)
      places[name] = own
      latest = (name, own)
    } else {
      places[name] = nil
      latest = nil
      free.append(place)
      // What a crowd left behind is not kept.
      if places.isEmpty { (links, free) = ([nil], []) }
    }
  }
}
