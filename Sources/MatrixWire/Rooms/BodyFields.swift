/// The fields of an object in a request's body, refused in the words of `WireJSON.decode`; for bodies with parts that
/// are kept as JSON. `null` counts as absent.
struct BodyFields {
  private let object: CanonicalJSON.Object
  /// Where the object is in the body: `initial_state.0`, or nothing.
  private let path: String

  /// - Throws: `M_NOT_JSON`, or `M_BAD_JSON` for what is no object or cannot stand in an event.
  init(body: [UInt8]) throws(MatrixError) {
    self.init(try CanonicalJSON.Object(eventContent: body), at: "")
  }

  private init(_ object: CanonicalJSON.Object, at path: String) {
    (self.object, self.path) = (object, path)
  }

  func text(_ key: String) throws(MatrixError) -> String? {
    switch object[key] {
    case nil, .null: return nil
    case .string(let text): return text
    default: throw wrongType(key)
    }
  }

  func flag(_ key: String) throws(MatrixError) -> Bool? {
    switch object[key] {
    case nil, .null: return nil
    case .bool(let flag): return flag
    default: throw wrongType(key)
    }
  }

  func object(_ key: String) throws(MatrixError) -> CanonicalJSON.Object? {
    switch object[key] {
    case nil, .null: return nil
    case .object(let object): return object
    default: throw wrongType(key)
    }
  }

  /// A word out of a closed set.
  func word<Word: RawRepresentable<String>>(_ key: String, _ type: Word.Type) throws(MatrixError) -> Word? {
    guard let text = try text(key) else { return nil }
    guard let word = Word(rawValue: text) else { throw badValue(key, text, "\(type)") }
    return word
  }

  func required<Value>(_ key: String, _ value: Value?) throws(MatrixError) -> Value {
    guard let value else { throw MatrixError(.missingParameter, "Missing field '\(name(key))'.") }
    return value
  }

  /// The users an array names; none where it is absent.
  func users(_ key: String, most: Int) throws(MatrixError) -> [UserID] {
    var users: [UserID] = []
    for (index, element) in try elements(key, most: most).enumerated() {
      guard let text = element.text else { throw wrongType("\(key).\(index)") }
      guard let user = UserID(text) else { throw badValue("\(key).\(index)", text, "UserID") }
      users.append(user)
    }
    return users
  }

  /// The objects in an array, each to be read by itself; none where it is absent.
  func objects(_ key: String, most: Int) throws(MatrixError) -> [BodyFields] {
    var objects: [BodyFields] = []
    for (index, element) in try elements(key, most: most).enumerated() {
      guard case .object(let object) = element else { throw wrongType("\(key).\(index)") }
      objects.append(BodyFields(object, at: name("\(key).\(index)")))
    }
    return objects
  }

  private func elements(_ key: String, most: Int) throws(MatrixError) -> [CanonicalJSON] {
    switch object[key] {
    case nil, .null: return []
    case .array(let elements):
      guard elements.count <= most else {
        throw MatrixError(
          .tooLarge, "'\(name(key))' may have \(most) elements; this one has \(elements.count).")
      }
      return elements
    default: throw wrongType(key)
    }
  }

  func badValue(_ key: String, _ text: String, _ type: String) -> MatrixError {
    MatrixError(.badJSON, "Bad value at '\(name(key))': '\(text)' is not a valid \(type)")
  }

  private func wrongType(_ key: String) -> MatrixError {
    MatrixError(.badJSON, "Wrong type at '\(name(key))'.")
  }

  private func name(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }
}
