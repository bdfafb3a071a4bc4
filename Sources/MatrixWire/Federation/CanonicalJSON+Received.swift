extension CanonicalJSON {
  /// What another server sent, as it is signed: numbers without a canonical form as they are written, all else
  /// in its one form. As a value, such a number counts as nothing.
  ///
  /// - Parameter bytes: the body of a request or an answer.
  /// - Throws: `M_NOT_JSON`, `M_TOO_LARGE`, or `M_BAD_JSON` for JSON that has no canonical form or is nested too
  ///   deep.
  public init(received bytes: [UInt8]) throws(MatrixError) {
    var rules = ParsingRules()
    rules.keepsOtherNumbers = true
    do throws(Problem) {
      self = try CanonicalJSON(parsing: bytes, rules)
    } catch {
      let code: ErrorCode =
        switch error.reason {
        case .notJSON, .notUTF8: .notJSON
        case .tooLarge: .tooLarge
        case .tooDeep, .loneSurrogate, .duplicateKey, .number: .badJSON
        }
      throw MatrixError(code, "The body cannot be read. \(error)")
    }
  }

  // What a field holds where it holds that: one malformed detail does not cost the rest.

  public var text: String? {
    guard case .string(let text) = self else { return nil }
    return text
  }

  public var flag: Bool? {
    guard case .bool(let flag) = self else { return nil }
    return flag
  }

  public var elements: [CanonicalJSON]? {
    guard case .array(let elements) = self else { return nil }
    return elements
  }

  /// Nil for numbers without a canonical form too.
  public var integer: Int64? {
    guard case .integer(let number) = self else { return nil }
    return number
  }

  public var object: Object? {
    guard case .object(let object) = self else { return nil }
    return object
  }

  /// A number that counts something: never negative.
  var count: Int64? {
    guard case .integer(let number) = self, number >= 0 else { return nil }
    return number
  }

  /// A span in milliseconds: never negative, at most ten years (clock skew produces worse; Protocol 9.7).
  var milliseconds: Int? {
    guard case .integer(let number) = self, number <= Self.tenYears else { return nil }
    return Int(max(0, number))
  }

  private static let tenYears: Int64 = 10 * 365 * 24 * 3600 * 1000

  /// The elements of an array that are names of people.
  func users(_ key: String) -> [UserID] {
    (self[key]?.elements ?? []).compactMap { $0.text.flatMap { UserID($0) } }
  }
}

extension JSONWriter {
  /// An integer that every reader holds exactly: the nearest where it is none.
  mutating func integer(_ name: String, _ number: Int64?) {
    let range = CanonicalJSON.exactIntegers
    field(name, number.map { min(max($0, range.lowerBound), range.upperBound) })
  }
}
