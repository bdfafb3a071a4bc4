/// Why a line is no command, in words for the user. Not safe for a screen: the words of the line are in it.
struct CommandProblem: Error, Hashable, Sendable {
  let message: String
}
