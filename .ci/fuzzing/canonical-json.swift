/// Canonical JSON: the canonical form is its own, and both of our parsers agree on what is JSON.
func fuzzCanonicalJSON(_ bytes: [UInt8]) {
  let isJSON: Bool
  do throws(MatrixError) {
    _ = try WireJSON.decode(Empty.self, from: bytes)
    isJSON = true
  } catch {
    isJSON = error.code != .notJSON
  }
  do throws(CanonicalJSON.Problem) {
    let value = try CanonicalJSON(parsing: bytes, .lenient)
    hold(isJSON, "only canonical JSON takes \(shown(bytes))")
    checkForm(value)
  } catch {
    hold((0...bytes.count).contains(error.offset), "\(error)")
    // Others leave out a byte order mark, or read two bytes for one.
    let isPlain = !bytes.contains(0) && !bytes.starts(with: [0xEF, 0xBB, 0xBF])
    hold(error.reason != .notJSON || !isJSON || !isPlain, "only others take \(shown(bytes)): \(error)")
  }
  if let strict = try? CanonicalJSON(parsing: bytes) {
    hold((try? CanonicalJSON(parsing: bytes, .lenient)) == strict, "the lenient rules take less")
  }
}

private func checkForm(_ value: CanonicalJSON) {
  let form = value.bytes
  do throws(CanonicalJSON.Problem) {
    let again = try CanonicalJSON(parsing: form)
    hold(again.bytes == form && again == value, "two canonical forms: \(shown(form))")
  } catch {
    fatalError("the canonical form is none, \(error): \(shown(form))")
  }
  guard case .object(let object) = value else { return }
  for member in object.members {
    hold(value[member.key] == member.value, "a member is not found: \(member.key)")
    var less = value
    less[member.key] = nil
    hold(less[member.key] == nil && less != value, "a member stays: \(member.key)")
    less[member.key] = member.value
    hold(less == value, "a member does not come back: \(member.key)")
  }
}
