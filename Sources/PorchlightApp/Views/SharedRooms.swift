internal import MatrixWire
internal import PorchlightSDK
internal import Screen

/// The rooms that a person is in with the user, and which of them show the user's presence to strangers.
struct SharedRooms {
  /// By name.
  private let names: [SafeText]
  private let openNames: [SafeText]

  /// Longer names are cut.
  private static let widestName = 24

  init(_ rooms: JoinedRooms, with user: UserID, _ look: RenderContext) {
    let shared = rooms.rooms(with: user).map { (name: Self.name($0, look), isOpen: rooms.showsStrangers($0)) }
    let ordered = shared.sorted { $0.name.string.lowercased() < $1.name.string.lowercased() }
    names = ordered.map(\.name)
    openNames = ordered.filter(\.isOpen).map(\.name)
  }

  var isEmpty: Bool { names.isEmpty }

  /// The names of all, or of as many as that and how many more there are.
  func list(most: Int) -> SafeText { Self.list(names, most: most) }

  /// Where strangers see the user; empty where they do not.
  func warning(most: Int) -> SafeText {
    openNames.isEmpty ? .empty : "strangers see you in " + Self.list(openNames, most: most)
  }

  private static func list(_ names: [SafeText], most: Int) -> SafeText {
    var text = SafeText.empty
    for (index, name) in names.prefix(most).enumerated() { text += (index == 0 ? "" : ", ") + name }
    return names.count > most ? text + " and \(names.count - most) more" : text
  }

  /// Never empty: a name of which nothing can be shown is that of no room.
  private static func name(_ room: JoinedRoom, _ look: RenderContext) -> SafeText {
    let name = SafeText(untrusted: room.name)
    return look.clip(name.isEmpty ? SafeText(untrusted: room.roomID.rawValue) : name, to: widestName)
  }
}
