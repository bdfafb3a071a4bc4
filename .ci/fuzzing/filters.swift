/// Filters: read back as written, and their patterns match what they match byte by byte.
func fuzzFilters(_ bytes: [UInt8]) {
  let text = shown(bytes)
  guard let user = UserID("@a:b") else { return }
  for kind in StreamEvent.Kind.allCases {
    let isMatch = matches(Array(text.utf8), Array(kind.type.utf8))
    let (wanted, unwanted) = (EventFilter(types: [text, "x"]), EventFilter(notTypes: ["x*", text]))
    hold(wanted.allows(kind, from: user) == isMatch, "'\(text)' and \(kind.type)")
    hold(unwanted.allows(kind, from: user) != isMatch, "not '\(text)' and \(kind.type)")
  }
  // The first line as a pattern, the second as a type.
  let lines = bytes.split(separator: 10, maxSplits: 1).map { Array($0) }
  if lines.count == 2, let pattern = String(validating: lines[0], as: UTF8.self) {
    let filter = EventFilter(types: [pattern])
    hold(filter.allows(type: lines[1]) == matches(lines[0], lines[1]), "'\(pattern)' and \(shown(lines[1]))")
  }
  if let user = UserID("@c:d"), let filter = try? RoomEventFilter(parsing: bytes), filter.blocksEverything {
    let passes = filter.allows(
      type: Array("m.room.name".utf8), from: user, hasURL: filter.containsURL ?? true)
    hold(!passes || filter.rooms?.isEmpty == true, "blocks everything and lets a name pass: \(text)")
  }
  let accepted = SyncFilter(accepted: bytes)
  guard let filter = try? SyncFilter(parsing: bytes) else { return }
  hold(filter == accepted, "another once it is stored: \(text)")
  let again = try? SyncFilter(parsing: WireJSON.encode(filter))
  hold(again == filter, "came back as another: \(text)")
  guard filter.blocksPresence else { return }
  for sender in (filter.presence.senders ?? []).prefix(3) {
    hold(!filter.presence.allows(.presence, from: sender), "blocks presence and lets \(sender) pass")
  }
}

/// Which prefixes of the type each prefix of the pattern matches, row by row.
private func matches(_ pattern: [UInt8], _ type: [UInt8]) -> Bool {
  var row = [true] + Array(repeating: false, count: type.count)
  for byte in pattern {
    if byte == UInt8(ascii: "*") {
      let first = row.firstIndex(of: true) ?? row.count
      row = row.indices.map { $0 >= first }
    } else {
      row = [false] + type.indices.map { row[$0] && type[$0] == byte }
    }
  }
  return row.last == true
}
