extension CanonicalJSON {
  /// What is taken for a value with a canonical form.
  public struct ParsingRules: Hashable, Sendable {
    /// The largest text, in bytes. A transaction between servers stays below it.
    public var largest = 10_485_760
    /// How deep arrays and objects may lie in each other.
    public var deepest = 128
    /// Whether an integer may be written in other ways than the canonical one: `-0`, `1e10`, `2.0`. They mean
    /// the same, and what is signed is the canonical form.
    public var takesEveryInteger = false
    /// Whether numbers that have no canonical form are kept as they are written, for there are servers that sign
    /// them so (in what their clients send each other), and one of them must not cost all that comes with it.
    public var keepsOtherNumbers = false
    /// For callers that ask only whether it is JSON: any number, duplicate keys and halves of surrogate pairs are JSON,
    /// and what is read in their place means nothing.
    var takesAllJSON = false

    public init() {}

    /// As others may have written it, before it is made canonical.
    public static let lenient: ParsingRules = {
      var rules = ParsingRules()
      rules.takesEveryInteger = true
      return rules
    }()
  }

  /// Why bytes are no value with a canonical form.
  public struct Problem: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Reason: Hashable, Sendable {
      case notJSON
      case notUTF8
      case tooLarge
      case tooDeep
      /// Half of a surrogate pair, which is no character.
      case loneSurrogate
      /// A key that occurs twice in one object.
      case duplicateKey(String)
      /// A number with a fraction, an exponent or a sign before zero, or beyond what is held exactly.
      case number
    }

    public let reason: Reason
    /// In bytes from the beginning.
    public let offset: Int

    public var description: String {
      let what =
        switch reason {
        case .notJSON: "this is not JSON"
        case .notUTF8: "this is not UTF-8"
        case .tooLarge: "this is too large"
        case .tooDeep: "arrays and objects lie too deep in each other"
        case .loneSurrogate: "half of a surrogate pair stands for no character"
        case .duplicateKey(let key): "the key '\(key)' stands twice in one object"
        case .number: "this number is no integer within ±(2^53-1)"
        }
      return "At byte \(offset): \(what)."
    }
  }

  /// Reads a whole text: one value, with nothing but space around it.
  ///
  /// - Parameters:
  ///   - bytes: JSON in UTF-8, in any order of keys and with any spaces.
  ///   - rules: what is taken.
  /// - Throws: why it is none, and where.
  public init(parsing bytes: [UInt8], _ rules: ParsingRules = ParsingRules()) throws(Problem) {
    guard bytes.count <= rules.largest else { throw Problem(reason: .tooLarge, offset: rules.largest) }
    guard String(validating: bytes, as: UTF8.self) != nil else { throw Problem(reason: .notUTF8, offset: 0) }
    var parser = CanonicalJSONParser(bytes, rules)
    self = try parser.whole()
  }
}
