/// A key as the terminal reports it.
public enum Key: Hashable, Sendable {
  /// A scalar as typed. It may be a combining mark, or one that no screen should show; editors sanitise.
  case character(Unicode.Scalar)
  case enter, escape, tab, backTab, backspace, delete, insert
  case up, down, left, right, home, end, pageUp, pageDown
  /// F1 is `.function(1)`.
  case function(Int)
  /// Ctrl with a lowercase letter a to z, or one of `@ \ ] ^ _`. Ctrl-I, Ctrl-M, Ctrl-H and Ctrl-[ arrive as
  /// `.tab`, `.enter`, `.backspace` and `.escape`, because terminals send the same byte for both.
  case control(Character)
  /// Enter of the keypad, or of a keyboard protocol: it opens and submits, but never answers an invite.
  case keypadEnter
  /// A character that came as a sequence: from a keypad in application mode, or from a keyboard protocol. It is
  /// text where text is written, and a command nowhere, lest a stray sequence does what a letter does.
  case text(Unicode.Scalar)
  /// A key without a name here, with the bytes that it sent, as far as they were kept; none where those are not
  /// known.
  case unknown([UInt8])
}

/// What a terminal has to say.
public enum InputEvent: Hashable, Sendable {
  case key(Key)
  /// Text that was pasted in one go, decoded leniently and not sanitised.
  case paste(String)
  /// The terminal's answer to OSC 11: its background colour, 16 bits a component.
  case backgroundColor(red: UInt16, green: UInt16, blue: UInt16)
  /// The terminal has another size now.
  case resized(Size)
  /// The process was stopped and is back; the screen must be painted whole.
  case resumed(Size)
  /// A signal asked the process to end: SIGTERM, SIGHUP or SIGINT.
  case terminate(signal: Int32)
  /// The terminal is gone; no more keys will come.
  case endOfInput
}
