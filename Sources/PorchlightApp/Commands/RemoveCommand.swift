internal import MatrixWire
internal import PorchlightSDK
internal import Screen

/// `remove @ann:harbor.example`: takes a user off the list, or an invite back; without one, asks whether the selected
/// person shall be removed.
struct RemoveCommand: Command {
  static let names = ["remove"]

  let user: UserID?

  static func arguments(in model: Model) -> [String] {
    model.list.roster.watched.map(\.userID.rawValue)
  }

  init(_ user: UserID) { self.user = user }

  init?(argument: String?) {
    user = argument.flatMap { UserID($0) }
    if argument != nil, user == nil { return nil }
  }

  var help: String { "remove from your list" }

  func problem(in model: Model) -> String? {
    user.flatMap {
      model.list.roster.contact($0) == nil ? "\($0.rawValue) is not on your list" : nil
    }
  }

  func run(_ model: inout Model) -> [Intent] {
    if let user { return model.request(.remove(user)) }
    switch model.list.selection {
    case .contact(let user, let account): model.layers.open(.confirmation(.removal(of: user, from: account)))
    case .invite: model.notices.show(Notice("not on your list: A accepts the invite, D denies it"))
    case .heading, nil: model.notices.show(Notice("nobody is selected"))
    }
    return []
  }
}
