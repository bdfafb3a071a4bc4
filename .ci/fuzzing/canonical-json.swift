/// Canonical JSON: the canonical form is its own, and the strict rules take nothing that Foundation's parser
/// refuses. (It takes more: a last comma, a byte order mark, anything where a key stands twice. And it refuses
/// `0e1`, which is JSON.)
func fuzzCanonicalJSON(_ bytes: [UInt8]) {
  do throws(CanonicalJSON.Problem) {
    let value = try CanonicalJSON(parsing: bytes, .lenient)
    checkForm(value)
  } catch {
    hold((0...bytes.count).contains(error.offset), "\(error)")
  }
  if let object = try? JSONObject(bytes) {
    let isJSON = (try? WireJSON.decode(Empty.self, from: object.bytes)) != nil
    hold(isJSON, "stored, but not JSON: \(shown(bytes))")
  }
  if let strict = try? CanonicalJSON(parsing: bytes) {
    hold((try? CanonicalJSON(parsing: bytes, .lenient)) == strict, "the lenient rules take less")
    let isJSON = (try? WireJSON.decode(AnyJSON.self, from: bytes)) != nil
    hold(isJSON, "only canonical JSON takes \(shown(bytes))")
  }
}

/// Every value there is, so that nothing is skipped.
private enum AnyJSON: Decodable {
  case value

  init(from decoder: any Decoder) throws {
    self = .value
    if let fields = try? decoder.container(keyedBy: WireKey.self) {
      for key in fields.allKeys { _ = try fields.decode(AnyJSON.self, forKey: key) }
    } else if var elements = try? decoder.unkeyedContainer() {
      while !elements.isAtEnd { _ = try elements.decode(AnyJSON.self) }
    } else {
      let value = try decoder.singleValueContainer()
      if value.decodeNil() || (try? value.decode(Bool.self)) != nil { return }
      if (try? value.decode(Double.self)) != nil { return }
      _ = try value.decode(String.self)
    }
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
