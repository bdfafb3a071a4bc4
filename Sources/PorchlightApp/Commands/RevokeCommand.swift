internal import MatrixWire
internal import PorchlightSDK
internal import Screen

/// `revoke @ola:harbor.example`: takes back the permission to see oneself. The server keeps who has it; they have to ask
/// again.
struct RevokeCommand: Command {
  static let names = ["revoke"]
  static let isAlwaysRecorded = true

  let user: UserID

  static func usage(in model: Model) -> String { "a user ID, such as @ann:\(model.echo.userID.server)" }

  init(_ user: UserID) { self.user = user }

  /// An ID as it is on the wire: nobody here is named, whose name could be taken.
  init?(argument: String?) {
    guard let user = argument.flatMap({ UserID($0) }) else { return nil }
    self.init(user)
  }

  var argument: String? { user.rawValue }
  var help: String { "take back an accept" }

  func problem(in model: Model) -> String? {
    model.server.canAsk ? nil : "no lists here: nothing to revoke"
  }

  func delay(in model: Model) -> String? { model.delay(of: .invite(user, of: model.list.roster.account)) }

  func run(_ model: inout Model) -> [Intent] {
    let intents = model.request(.revoke(user))
    if !intents.isEmpty { model.notices.show(Notice("revoking \(user.rawValue)", until: .revoke(user))) }
    return intents
  }
}
