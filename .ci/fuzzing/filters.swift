/// Filters: read back as written, and their patterns match what they match byte by byte.
func fuzzFilters(_ bytes: [UInt8]) {
  let text = shown(bytes)
  for kind in StreamEvent.Kind.allCases {
    let filter = SyncFilter(types: [text])
    guard let user = UserID("@a:b") else { return }
    let isMatch = matches(Array(text.utf8), Array(kind.type.utf8))
    hold(filter.allows(kind, from: user) == isMatch, "'\(text)' and \(kind.type)")
    hold(SyncFilter(notTypes: [text]).allows(kind, from: user) != isMatch, "not '\(text)' and \(kind.type)")
  }
  guard let filter = try? WireJSON.decode(SyncFilter.self, from: bytes) else { return }
  roundTrip(filter)
  guard filter.blocksPresence else { return }
  for sender in (filter.senders ?? []).prefix(3) {
    hold(!filter.allows(.presence, from: sender), "blocks presence and lets \(sender) pass")
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
