/// Display names as others chose them.
public enum DisplayName {
  /// A name that can be seen; nil for one that is missing, empty, or made of blanks and invisible characters.
  public static func shown(_ name: String?) -> String? {
    guard let name, name.unicodeScalars.contains(where: { !$0.properties.isWhitespace && !$0.isUnseen })
    else {
      return nil
    }
    return name
  }
}

extension Unicode.Scalar {
  /// Whether it leaves no mark on a screen: controls, directions, joiners, fillers.
  var isUnseen: Bool {
    if properties.isDefaultIgnorableCodePoint { return true }
    return switch properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned: true
    default: false
    }
  }
}
