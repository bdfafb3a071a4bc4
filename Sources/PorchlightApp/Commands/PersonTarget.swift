internal import MatrixWire
internal import PorchlightSDK
internal import Screen

/// Whom a command is about.
enum PersonTarget: Hashable, Sendable {
  /// Nothing was written.
  case unnamed
  /// As it was written: a user ID or a name.
  case written(String)
  case user(UserID)

  init(_ argument: String?) { self = argument.map { .written($0) } ?? .unnamed }

  var argument: String? {
    switch self {
    case .unnamed: nil
    case .written(let text): text
    case .user(let user): user.rawValue
    }
  }

  /// The user it names.
  var user: UserID? {
    if case .user(let user) = self { user } else { nil }
  }

  /// The same, with the user it means where that is one of these; otherwise as it is.
  func resolved(among people: [Person], beside own: UserID) -> PersonTarget {
    guard case .written(let text) = self else { return self }
    let found = Self.users(text, among: people, beside: own)
    guard found.count == 1, let user = found.first else { return self }
    return .user(user)
  }

  /// Why it means none of these people, in words for the user; nil where it means one, or nobody is named.
  func problem(among people: [Person], beside own: UserID, elseSaying none: String) -> String? {
    switch self {
    case .unnamed: nil
    case .user(let user): people.contains { $0.userID == user } ? nil : "that user \(none)"
    case .written(let text):
      switch Self.users(text, among: people, beside: own).count {
      case 0: "'\(text)' \(none)"
      case 1: nil
      default: "several people are called '\(text)': write the user ID"
      }
    }
  }

  /// Those who are meant: by their ID, by its first part on the own server, or by name, upper or lower case. An ID that
  /// was made to look like another one is not meant by that.
  private static func users(_ text: String, among people: [Person], beside own: UserID) -> Set<UserID> {
    let name = SafeText(untrusted: text).string.lowercased()
    let written = UserID(text)
    let local = UserID(localpart: name.hasPrefix("@") ? name.dropFirst() : name[...], server: own.server)
    let byID = people.filter { $0.userID == written || $0.userID == local }
    let byName = name.hasPrefix("@") ? [] : people.filter { $0.safeName.string.lowercased() == name }
    return Set((byID + byName).map(\.userID))
  }

  /// Users as arguments, in the order of their IDs. Left out is who has an ID that cannot be written in a line: it would
  /// become that of another user.
  static func arguments(_ people: [Person]) -> [Argument] {
    people.filter { SafeText(untrusted: $0.userID.rawValue).string == $0.userID.rawValue }
      .sorted { $0.userID < $1.userID }.map { Argument($0.userID.rawValue, called: $0.name) }
  }
}
