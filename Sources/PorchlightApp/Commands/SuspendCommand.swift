/// `suspend`: stops the process, as Ctrl-Z does in a shell.
struct SuspendCommand: PlainCommand {
  static let names = ["suspend"]
  static let worksEverywhere = true
  var help: String { "suspend; fg comes back" }

  func run(_ model: inout Model) -> [Intent] { [.suspend] }
}
