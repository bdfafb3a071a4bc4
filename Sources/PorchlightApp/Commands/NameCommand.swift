internal import MatrixWire
internal import PorchlightSDK
internal import Screen

/// `name Mara`: sets the own display name; without one, asks for it.
struct NameCommand: Command {
  /// The longest display name, in bytes of UTF-8: the server takes no more.
  static let limit = 256

  static let names = ["name"]

  let name: String?
  /// What undo takes back; nil for what the user writes.
  private let replaced: String?

  /// The present name, which may be mended.
  static func arguments(in model: Model) -> [Argument] {
    let name = model.own.name.current(model.echo)
    return name.isEmpty ? [] : [Argument(name)]
  }

  init?(argument: String?) { self.init(argument, replacing: nil) }

  private init(_ name: String?, replacing replaced: String?) {
    self.name = name
    self.replaced = replaced
  }

  var argument: String? { name }
  var help: String { "write your display name" }

  /// As for a status text.
  func problem(in model: Model) -> String? {
    guard let name else { return nil }
    guard model.isOwnKnown else { return Self.unknown.string }
    let present = SafeText(untrusted: model.own.name.current(model.echo)).string
    if let replaced, present != replaced, present != SafeText(untrusted: name).string {
      return "your name has changed since"
    }
    let bytes = name.utf8.count
    return bytes <= Self.limit ? nil : "a name has at most \(Self.limit) bytes, this has \(bytes)"
  }

  /// Two names on their way might arrive in either order.
  func delay(in model: Model) -> String? {
    guard model.isOwnKnown else { return "not connected yet" }
    return model.own.name.isUnderWay ? "your name is still being sent" : nil
  }

  /// Without a word of the server it is not known what would be replaced.
  private static let unknown: SafeText = "not connected yet: your name is not known"

  func run(_ model: inout Model) -> [Intent] {
    guard model.isOwnKnown else {
      model.notices.show(Notice(Self.unknown, .warning))
      return []
    }
    let before = model.own.name.current(model.echo)
    guard let name = name.map({ SafeText(untrusted: $0).string }) else {
      model.layers.open(.prompt(Prompt(.name, LineEditor(before, byteLimit: Self.limit))))
      return []
    }
    guard !name.hasBytes(of: before) else {
      model.notices.show(
        Notice(name.isEmpty ? "there is no name to clear" : "that is your name already"))
      return []
    }
    model.notices.show(Notice("sending your name"))
    model.own.name.send(name, echo: model.echo)
    return [.rename(name)]
  }

  func inverse(in model: Model) -> (any Command)? {
    let before = model.own.name.current(model.echo)
    guard let name, model.isOwnKnown else { return nil }
    let made = SafeText(untrusted: name).string
    return made.hasBytes(of: before) ? nil : NameCommand(before, replacing: made)
  }
}
