/// One of two, as it is written after a command.
enum Switch: String, CaseIterable, Hashable, Sendable {
  case on, off

  init(_ isOn: Bool) { self = isOn ? .on : .off }

  static var arguments: [Argument] { allCases.map { Argument($0.rawValue) } }
}
