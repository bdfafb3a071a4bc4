internal import MatrixWire
internal import PorchlightSDK
internal import Screen

/// `status at lunch`: writes the own status text; without a text, asks for it.
struct StatusCommand: Command {
  /// The longest status text, in bytes of UTF-8: the server takes no more.
  static let limit = 1_024

  static let names = ["status"]

  let text: String?
  /// What undo takes back; nil for what the user writes.
  private let replaced: String?

  /// The present text, which may be mended.
  static func arguments(in model: Model) -> [Argument] {
    [model.own.status.current(model.echo).statusMessage].compactMap { $0.map { Argument($0) } }
  }

  init(text: String?, replacing replaced: String? = nil) {
    self.text = text
    self.replaced = replaced
  }

  init?(argument: String?) { self.init(text: argument) }

  var argument: String? { text }
  var help: String { "write your status text" }

  /// A text that is written already is not thrown away because the connection went meanwhile: the prompt stays open.
  func problem(in model: Model) -> String? {
    guard let text else { return nil }
    guard model.isOwnKnown else { return "not connected yet: your status is not known" }
    let present = SafeText(untrusted: model.own.status.current(model.echo).statusMessage ?? "").string
    if let replaced, present != replaced, present != SafeText(untrusted: text).string {
      return "your status text has changed since"
    }
    let bytes = text.utf8.count
    return bytes <= Self.limit ? nil : "a status text has at most \(Self.limit) bytes, this has \(bytes)"
  }

  func delay(in model: Model) -> String? { model.isOwnKnown ? nil : "not connected yet" }

  func run(_ model: inout Model) -> [Intent] {
    guard model.checkOwnIsKnown() else { return [] }
    guard let text else {
      let before = model.own.status.current(model.echo).statusMessage ?? ""
      model.layers.open(.prompt(Prompt(.status, LineEditor(before, byteLimit: Self.limit))))
      return []
    }
    return model.publish(text: SafeText(untrusted: text).string)
  }

  func inverse(in model: Model) -> (any Command)? {
    let before = model.own.status.current(model.echo).statusMessage ?? ""
    guard let text, model.isOwnKnown else { return nil }
    let made = SafeText(untrusted: text).string
    return made.hasBytes(of: before) ? nil : StatusCommand(text: before, replacing: made)
  }
}
