/// `menu`: opens the menu of the selected person. A heading has only one thing to offer, which is done.
struct MenuCommand: PlainCommand {
  static let names = ["menu"]
  var help: String { "menu of the person" }

  func run(_ model: inout Model) -> [Intent] {
    if case .heading(let group) = model.list.selection { return model.perform(FoldCommand(group)) }
    if let person = model.list.selectedPerson {
      model.layers.open(.menu(Menu(person, canAsk: model.server.canAsk)))
    }
    return []
  }
}
