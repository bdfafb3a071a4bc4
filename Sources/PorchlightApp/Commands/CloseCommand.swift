/// `close`: leaves what is open without doing anything.
struct CloseCommand: PlainCommand {
  static let names = ["close"]
  static let isForLayers = true
  var help: String { "leave without doing anything" }

  func run(_ model: inout Model) -> [Intent] {
    if model.layers.isEmpty { model.reportNothingOpen() }
    model.layers.close()
    return []
  }
}
