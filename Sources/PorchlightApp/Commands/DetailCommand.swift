/// `detail`: shows what is known about the selected person, or hides it.
struct DetailCommand: PlainCommand {
  static let names = ["detail"]
  var help: String { "details on/off" }

  func run(_ model: inout Model) -> [Intent] {
    model.showsDetail.toggle()
    return []
  }

  func inverse(in model: Model) -> (any Command)? { self }
}
