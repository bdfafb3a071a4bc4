extension CanonicalJSON.Object {
  /// The most bytes an event may have between servers, its signatures included, and so any part of it.
  public static let largestEvent = 65_536

  /// Reads the content a client gives an event. Events are hashed, so it needs a canonical form.
  /// Source: Matrix specification, room version 6, "Canonical JSON"; client-server API, "Size limits".
  ///
  /// - Parameter body: JSON in any order of keys, with any spaces; integers in any way of writing them.
  /// - Throws: `M_NOT_JSON`; `M_BAD_JSON` for what is no object, is nested too deep, names a key twice or has a number
  ///   that is no integer within ±(2⁵³-1); `M_TOO_LARGE` where no event could hold it.
  public init(eventContent body: [UInt8]) throws(MatrixError) {
    let value: CanonicalJSON
    do throws(CanonicalJSON.Problem) {
      value = try CanonicalJSON(parsing: body, .lenient)
    } catch {
      let isJSON = ![.notJSON, .notUTF8].contains(error.reason)
      throw MatrixError(isJSON ? .badJSON : .notJSON, "The body cannot be read. \(error)")
    }
    guard case .object(let object) = value else {
      throw MatrixError(.badJSON, "The body is not a JSON object.")
    }
    guard value.bytes.count <= Self.largestEvent else {
      throw MatrixError(.tooLarge, "An event has \(Self.largestEvent) bytes at most.")
    }
    self = object
  }

  /// The canonical bytes.
  public var bytes: [UInt8] { CanonicalJSON.object(self).bytes }
}

extension CanonicalJSON.Object: Hashable {
  public static func == (left: Self, right: Self) -> Bool { left.bytes == right.bytes }

  public func hash(into hasher: inout Hasher) { hasher.combine(bytes) }
}
