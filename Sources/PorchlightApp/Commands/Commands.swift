/// Every command there is.
enum Commands {
  static let all: [any Command.Type] = [
    MoveCommand.self, FoldCommand.self, OfflineCommand.self, MenuCommand.self, DetailCommand.self,
    SetCommand.self, ToggleCommand.self, StatusCommand.self, ClearCommand.self, NameCommand.self,
    InvitesCommand.self, AcceptCommand.self, DenyCommand.self, IgnoreCommand.self, AskBackCommand.self,
    InviteCommand.self,
    RemoveCommand.self, RevokeCommand.self, UndoCommand.self, RedoCommand.self,
    HelpCommand.self, ReconnectCommand.self, RedrawCommand.self, SuspendCommand.self,
    CancelCommand.self,
    QuitCommand.self,
    CommandLineCommand.self, CompleteCommand.self, SubmitCommand.self, CloseCommand.self,
  ]

  static func type(named name: String) -> (any Command.Type)? {
    all.first { $0.names.contains(name) }
  }
}
