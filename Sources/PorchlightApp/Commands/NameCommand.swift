internal import PorchlightSDK
internal import Screen

/// `name Mara`: sets the own display name; without one, asks for it.
struct NameCommand: Command {
  /// The longest display name, in bytes of UTF-8: the server takes no more.
  static let limit = 256

  static let names = ["name"]

  let name: String?

  init?(argument: String?) { name = argument }

  var help: String { "write your display name" }

  /// As for a status text.
  func problem(in model: Model) -> String? { name == nil || model.isOwnKnown ? nil : Self.unknown.string }

  /// Without a word of the server it is not known what would be replaced.
  private static let unknown: SafeText = "not connected yet: your name is not known"

  func run(_ model: inout Model) -> [Intent] {
    guard model.isOwnKnown else {
      model.notices.show(Notice(Self.unknown, .warning))
      return []
    }
    let before = model.echo.displayName ?? ""
    guard let name = name.map({ SafeText(untrusted: $0).string }) else {
      model.layers.open(.prompt(Prompt(.name, LineEditor(before, byteLimit: Self.limit))))
      return []
    }
    guard name != before else {
      model.notices.show(
        Notice(name.isEmpty ? "there is no name to clear" : "that is your name already"))
      return []
    }
    model.notices.show(Notice("sending your name"))
    return [.rename(name)]
  }

  func inverse(in model: Model) -> (any Command)? {
    let before = model.echo.displayName ?? ""
    guard let name, model.isOwnKnown, SafeText(untrusted: name).string != before else { return nil }
    return NameCommand(argument: before)
  }
}
