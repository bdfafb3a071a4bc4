internal import Ports

/// What a sequence that was given up leaves behind: for some seconds, what may still come of it is told from what a
/// user types.
///
/// Within a second, whatever goes on with the sequence by its grammar is passed over. Later, a byte that such
/// sequences end in is; any other is in doubt: alone for the length of a `pieceGap` it is a key, as people press
/// them, and with company it is a piece of the sequence, as lines deliver them. After an Escape that was delivered
/// as the key, and within a string, in which all letters may stand, bytes are in doubt from the start.
struct SequenceRest: Hashable, Sendable {
  enum Verdict: Hashable, Sendable {
    case passedOver
    /// The sequence goes on with these bytes.
    case goesOn(ControlSequence, [UInt8])
    case pasteGoesOn([UInt8])
    /// It is over with this byte, whole or not.
    case ended(ControlSequence?)
    /// The byte has nothing to do with it.
    case isNew
  }

  /// How long after its last byte everything is passed over that goes on with a sequence.
  static let strictSpan: Duration = .milliseconds(900)
  /// How long a rest is expected at all, from when the sequence was first given up.
  static let span: Duration = .seconds(3)

  private enum Subject: Hashable, Sendable {
    case sequence(ControlSequence)
    case paste
  }

  private var subject: Subject
  private let until: Instant
  private var inDoubt: [UInt8] = []

  /// Nil where nothing can follow any more.
  init?(of sequence: ControlSequence, lastByte: Instant, after earlier: SequenceRest?) {
    if sequence.hasPosition || sequence.kind == .alt || sequence.kind == .own { return nil }
    subject = .sequence(sequence.isAtEscape ? ControlSequence(escape: ()) : sequence)
    until = earlier?.until ?? lastByte + Self.span
  }

  /// A paste that fell silent, perhaps within its end.
  init(ofPasteWithEnd end: [UInt8], lastByte: Instant) {
    subject = .paste
    if !end.isEmpty {
      var sequence = ControlSequence(escape: ())
      for byte in end.dropFirst() { _ = sequence.take(byte, TerminalKeys()) }
      subject = .sequence(sequence)
    }
    until = lastByte + Self.span
  }

  var isInDoubt: Bool { !inDoubt.isEmpty }

  mutating func take(_ byte: UInt8, _ keys: TerminalKeys, at now: Instant, lastByte: Instant) -> Verdict {
    if isInDoubt { return confirm(byte) }
    guard now < until else { return .isNew }
    switch subject {
    case .paste: return byte == 0x1B ? .isNew : doubt(byte)
    case .sequence(let sequence):
      return take(byte, of: sequence, keys, isStrict: now - lastByte <= Self.strictSpan)
    }
  }

  /// Company came in time.
  private func confirm(_ byte: UInt8) -> Verdict {
    switch subject {
    case .paste: .pasteGoesOn(inDoubt + [byte])
    case .sequence(let sequence): .goesOn(sequence, inDoubt + [byte])
    }
  }

  private mutating func doubt(_ byte: UInt8) -> Verdict {
    inDoubt = [byte]
    return .passedOver
  }

  private mutating func take(
    _ byte: UInt8, of sequence: ControlSequence, _ keys: TerminalKeys, isStrict: Bool
  ) -> Verdict {
    switch sequence.kind {
    case .escape:
      // The end of a string, cut in two.
      if byte == UInt8(ascii: "\\") { return .ended(nil) }
      return ControlSequence.kind(introducedBy: byte) == nil ? .isNew : doubt(byte)
    case .string:
      if byte == 0x1B { return .goesOn(sequence, [byte]) }
      guard byte >= 0x20, byte != 0x7F else { return byte == 0x07 ? .ended(sequence) : .isNew }
      guard isStrict else { return doubt(byte) }
    case .csi, .ss3, .alt, .own: guard byte >= 0x20, byte != 0x7F else { return .isNew }
    }
    var longer = sequence
    switch longer.take(byte, keys) {
    case .broken, .interrupted, .cancelled: return .isNew
    case .complete:
      // Ctrl and an arrow has no name here, and still ends in the letter that accepts.
      guard isStrict || sequence.endsUsually(with: byte) || Meaning(longer, keys) != .unknown
      else { return doubt(byte) }
      return .ended(longer)
    case .more:
      guard isStrict || !sequence.isBare else { return doubt(byte) }
      subject = .sequence(longer)
      return .passedOver
    }
  }

  /// No company came: the byte is a key. What it might have begun of the sequence goes on being expected, if the key
  /// means nothing by itself.
  ///
  /// - Returns: The bytes to be taken as typed.
  mutating func endDoubt(_ keys: TerminalKeys) -> [UInt8] {
    defer { inDoubt = [] }
    guard case .sequence(var sequence) = subject, let byte = inDoubt.first else { return inDoubt }
    if sequence.kind == .escape, byte != UInt8(ascii: "X") {
      _ = sequence.take(byte, keys)
      subject = .sequence(sequence)
    }
    return inDoubt
  }
}
