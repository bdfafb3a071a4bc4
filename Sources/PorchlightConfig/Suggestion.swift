/// The candidate that was probably meant, if one is close enough.
func suggestion(for word: String, among candidates: [String]) -> String? {
  let word = Array(word.utf8.prefix(64))
  let allowed = max(1, min(3, word.count / 3))
  let rated = candidates.map { (distance(word, Array($0.utf8)), $0) }.filter { $0.0 <= allowed }
  return rated.min { $0.0 < $1.0 }?.1
}

/// How many letters must be added, removed or changed to turn one into the other.
private func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
  var row = Array(0...right.count)
  for (i, a) in left.enumerated() {
    var diagonal = row[0]
    row[0] = i + 1
    for (j, b) in right.enumerated() {
      let replaced = diagonal + (a == b ? 0 : 1)
      diagonal = row[j + 1]
      row[j + 1] = min(replaced, row[j] + 1, diagonal + 1)
    }
  }
  return row[right.count]
}
