import MatrixWire
import PorchlightSDK
import Testing

@testable import PorchlightApp

@Suite struct CommandTests {
  private static let people: [StreamEvent] = [
    [.own(.online, "in the workshop")], [.invite("ola"), .invite("pip")], .person("ann", .online),
    .person("bob", .unavailable), .person("cid", .offline, called: "Cid Worth"),
  ].flatMap(\.self)

  /// The lines of every command with every argument that it names, and without one.
  private static var lines: [CommandText] {
    let model = Scene(people).model
    return Commands.all.filter { !$0.isForLayers }.flatMap { type in
      type.names.flatMap { name in
        [CommandText(name)] + type.arguments(in: model).map { CommandText(name + " " + $0.text) }
      }
    }
  }

  @Test func noNameIsThatOfTwoCommands() {
    let names = Commands.all.flatMap { $0.names }
    #expect(Set(names).count == names.count)
  }

  @Test(arguments: lines)
  func everyLineIsAmongItsOwnCompletions(line: CommandText) {
    #expect(line.completions(in: Scene(Self.people).model).map(\.line).contains(line.text))
  }

  @Test(arguments: [
    ("se", ["set"]), ("set a", ["set away"]), ("toggle ", ["toggle away", "toggle busy"]),
    ("in", ["invites", "invite"]), ("remove @b", ["remove @bob:harbor.example"]),
    ("invite @o", ["invite @ola:harbor.example"]), ("accept P", ["accept @pip:harbor.example"]),
    ("remove ann", ["remove @ann:harbor.example"]), ("fold i", ["fold invites", "fold idle"]),
    ("offline ", ["offline on", "offline off"]), ("status ", ["status in the workshop"]),
    ("remove worth", ["remove @cid:harbor.example"]), ("quit ", []), ("nonsense x", []), ("sub", []),
  ])
  func aLineIsCompletedByNamesAndArguments(start: String, completions: [String]) {
    #expect(CommandText(start).completions(in: Scene(Self.people).model).map(\.line) == completions)
  }

  @Test(arguments: [
    "", " ", "nonsense", "set", "set sleepy", "toggle", "move", "move sideways", "quit now", "fold nobody",
    "offline maybe", "revoke", "revoke ola",
  ])
  func whatIsNoCommandIsNone(line: String) {
    #expect(CommandText(line).command == nil)
  }

  @Test func aTextIsTakenWithoutTheBlanksAroundIt() {
    #expect((CommandText(" status  at  lunch ").command as? StatusCommand)?.text == "at  lunch")
    #expect((CommandText("status").command as? StatusCommand)?.text == nil)
  }

  @Test(arguments: [
    ("set busy", Intent.publish(StatusUpdate(presence: .busy, statusMessage: "in the workshop"))),
    ("status at lunch", .publish(StatusUpdate(presence: .online, statusMessage: "at lunch"))),
    ("clear", .publish(StatusUpdate(presence: .online, statusMessage: nil))),
    ("name Mary", .rename("Mary")), ("invite zoe", .change(.invite(.user("zoe")))),
    ("accept", .change(.accept(.user("ola")))), ("accept pip", .change(.accept(.user("pip")))),
    ("deny", .change(.deny(.user("ola")))), ("deny @pip:harbor.example", .change(.deny(.user("pip")))),
    ("revoke @ola:harbor.example", .change(.revoke(.user("ola")))), ("quit", .quit(.quit)),
  ])
  func aLineDoesWhatItSays(line: String, intent: Intent) {
    var scene = Scene(Self.people)
    scene.press("I")
    #expect(scene.run(line) == [intent])
    #expect(scene.model.layers.isEmpty)
  }

  /// As the key does: a slip of the hand in a line would cost an accept.
  @Test(arguments: [
    ("remove @ann:harbor.example", "ann"), ("remove cid worth", "cid"), ("remove @bob", "bob"),
  ])
  func aLineRemovesNobodyWithoutAYes(line: String, name: String) {
    for isMeant in [false, true] {
      var scene = Scene(Self.people)
      #expect(scene.run(line) == [])
      #expect(scene.model.layers.layers == [.confirmation(.removal(of: .user(name), from: .own))])
      #expect(scene.selected == name && scene.model.undoHistory.done.isEmpty)
      scene.press(isMeant ? "y" : "n")
      #expect(scene.intents == (isMeant ? [.change(.remove(.user(name)))] : []))
    }
  }

  @Test(arguments: [
    "invite @ann:harbor.example", "invite @:", "remove @zoe:harbor.example", "remove zoe", "accept ann",
    "deny @",
    "status " + String(repeating: "x", count: 1_025), "name " + String(repeating: "x", count: 257),
  ])
  func whatIsWrongWithAnArgumentIsSaid(line: String) throws {
    let command = try #require(CommandText(line).command)
    #expect(command.problem(in: Scene(Self.people).model) != nil)
  }

  /// What a command changed, its inverse changes back.
  @Test(arguments: [
    "fold", "fold offline", "offline", "offline on", "detail", "detail off", "set away", "set invisible",
    "toggle away", "toggle busy", "status at lunch",
    "clear", "name Mary",
  ])
  func anInverseTakesBack(line: String) throws {
    var scene = Scene(Self.people)
    scene.press("G", "k")
    let before = Undoable(scene)
    let inverse = try #require(CommandText(line).command?.inverse(in: scene.model))
    scene.run(line)
    scene.echo()
    #expect(Undoable(scene) != before)
    scene.intents = inverse.run(&scene.model)
    scene.echo()
    #expect(Undoable(scene) == before)
  }

  @Test func anInviteIsTakenBackByRemoving() throws {
    let scene = Scene(Self.people)
    let inverse = try #require(CommandText("invite zoe").command?.inverse(in: scene.model))
    #expect((inverse as? RemoveCommand)?.target == .user(.user("zoe")))
  }

  @Test func anAcceptIsTakenBackByRevoking() throws {
    let scene = Scene(Self.people)
    let command = try #require(CommandText("accept ola").command).resolved(in: scene.model)
    #expect((command.inverse(in: scene.model) as? RevokeCommand)?.user == .user("ola"))
  }

  /// Two people of one name, and one whose ID looks like another's and cannot be written.
  @Test func noUserIsTakenForAnother() {
    let scene = Scene(
      Self.people + .person("dan", .online, called: "Ann") + .person("@a\u{200B}nn:harbor.example", .online))
    let problem = CommandText("remove Ann").command?.problem(in: scene.model)
    #expect(problem == "several people are called 'Ann': write the user ID")
    #expect(
      CommandText("remove a").completions(in: scene.model).map(\.line) == [
        "remove @ann:harbor.example", "remove @dan:harbor.example",
      ])
    let command = CommandText("remove @ann:harbor.example").command?.resolved(in: scene.model)
    #expect((command as? RemoveCommand)?.target == .user(.user("ann")))
  }

  @Test(arguments: [
    "set online", "status in the workshop", "name Mara", "accept", "deny ola", "move next", "quit", "help",
    "offline off", "detail on",
  ])
  func whatChangesNothingOrCannotBeTakenBackHasNoInverse(line: String) throws {
    let command = try #require(CommandText(line).command)
    #expect(command.inverse(in: Scene(Self.people).model) == nil)
  }

  /// What can be taken back of a scene.
  private struct Undoable: Equatable {
    let order: [String]
    let showsDetail: Bool
    let status: StatusUpdate
    let name: String?

    init(_ scene: Scene) {
      order = scene.order
      showsDetail = scene.model.showsDetail
      status = scene.model.own.status.current(scene.model.echo)
      name = scene.model.echo.displayName
    }
  }
}

extension Scene {
  @discardableResult
  fileprivate mutating func run(_ line: String) -> [Intent] {
    intents = CommandText(line).command?.run(&model) ?? []
    return intents
  }

  /// The server does what the last command asked for, and says so.
  fileprivate mutating func echo() {
    var name = model.echo.displayName
    for case .rename(let wanted) in intents { name = wanted }
    let status = model.own.status.current(model.echo)
    receive([
      .presence(
        .own,
        PresenceContent(
          state: status.presence, statusMessage: status.statusMessage, displayName: name,
          choice: status.presence))
    ])
  }
}
