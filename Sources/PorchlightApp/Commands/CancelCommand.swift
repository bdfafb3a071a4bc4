internal import Ports
internal import Screen

/// `cancel`: warns the first time, and quits if it comes again soon.
struct CancelCommand: PlainCommand {
  static let names = ["cancel"]
  var help: String { "cancel; twice quits" }

  func run(_ model: inout Model) -> [Intent] {
    guard let now = model.input.last else { return [] }
    if let deadline = model.notices.quitArmedUntil, now < deadline { return [.quit(.quit)] }
    model.notices.armQuit(until: now + UITiming.quitAgain, Notice("Ctrl-C again quits"))
    return []
  }
}
