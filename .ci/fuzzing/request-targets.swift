/// Paths and queries as they stand in a request: what is understood is written and understood again.
func fuzzRequestTargets(_ bytes: [UInt8]) {
  let text = shown(bytes)
  do throws(MatrixError) {
    let target = try RequestTarget(text)
    let request = WireRequest(.get, target.path, query: target.query)
    let again = try RequestTarget(request.target)
    let (paths, queries) = (zip(again.path, target.path), zip(again.query, target.query))
    hold(again.path.count == target.path.count && again.query.count == target.query.count, "parts of \(text)")
    for (left, right) in paths { hold(isSame(left, right), "the path of \(text)") }
    for (left, right) in queries {
      hold(isSame(left.name, right.name) && isSame(left.value, right.value), "the query of \(text)")
    }
  } catch {
    hold(error.code == .invalidParameter && !error.message.isEmpty, "\(text) is refused with \(error)")
  }
}
