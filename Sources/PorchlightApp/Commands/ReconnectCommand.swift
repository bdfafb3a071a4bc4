internal import Screen

/// `reconnect`: tries to reach the server now rather than when the back-off says.
struct ReconnectCommand: PlainCommand {
  static let names = ["reconnect"]
  var help: String { "try to connect at once" }

  func run(_ model: inout Model) -> [Intent] {
    let isTried = model.input.last.map { model.server.retry(at: $0) } ?? false
    if !isTried { model.notices.show(Notice("asking the server anew")) }
    return [.reconnect]
  }
}
