public import Ports
public import Screen

/// Turns a terminal's bytes into events, however they are cut into pieces on their way.
///
/// Every sequence is read by its grammar first and looked up when it is whole; one that is not found is one unknown
/// key. What comes in pieces up to `pieceGap` apart belongs together. A sequence that stays unfinished for longer is
/// given up, and what still comes of it is passed over (see `SequenceRest`), so that no part of a sequence is ever
/// taken for a letter. A value: it is told the time, and says when it wants to be told again.
public struct KeyDecoder: Sendable {
  /// Longer pastes lose their end.
  public static let pasteLimit = 64 * 1_024

  /// How long an unfinished sequence is waited for: pieces 150 ms apart belong together, and Escape by itself must
  /// be known within 250 ms.
  static let pieceGap: Duration = .milliseconds(180)

  /// How long an unfinished paste waits for more.
  static let pastePause: Duration = .milliseconds(500)

  private enum State: Sendable {
    case ground
    /// A sequence that is coming in; of one that was given up before, what that left behind.
    case sequence(ControlSequence, after: SequenceRest?)
    /// A sequence, or a paste, was given up.
    case rest(SequenceRest)
    case paste
  }

  private let keys: TerminalKeys
  private var state = State.ground
  private var utf8 = UTF8Assembler()
  private var paste = PasteCollector()
  private var lastByte = Instant.origin
  private var events: [InputEvent] = []

  /// - Parameter keys: the strings that the terminal's own keys send.
  public init(keys: TerminalKeys = TerminalKeys()) {
    self.keys = keys
  }

  /// When `expire` is to be called unless more bytes come before; nil while nothing is waited for.
  public var deadline: Instant? {
    switch state {
    case .ground: nil
    case .sequence: lastByte + Self.pieceGap
    case .rest(let rest): rest.isInDoubt ? lastByte + Self.pieceGap : nil
    case .paste: lastByte + Self.pastePause
    }
  }

  /// Takes what was read.
  ///
  /// - Returns: what has become certain by it, in order.
  public mutating func feed(_ bytes: some Sequence<UInt8>, at now: Instant) -> [InputEvent] {
    giveUp(at: now)
    for byte in bytes {
      take(byte, at: now)
      lastByte = now
    }
    return takeEvents()
  }

  /// Lets time pass.
  public mutating func expire(at now: Instant) -> [InputEvent] {
    giveUp(at: now)
    return takeEvents()
  }

  /// No more bytes will come: what is unfinished is delivered as it is.
  public mutating func finish() -> [InputEvent] {
    switch state {
    case .sequence(let sequence, after: nil): report(unfinished: sequence)
    case .paste: finishPaste()
    case .ground, .sequence, .rest: break
    }
    state = .ground
    return takeEvents()
  }

  private mutating func takeEvents() -> [InputEvent] {
    defer { events = [] }
    return events
  }

  private mutating func giveUp(at now: Instant) {
    guard let deadline, deadline <= now else { return }
    switch state {
    case .ground: break
    case .sequence(let sequence, let earlier):
      if earlier == nil || sequence.isAtEscape { report(unfinished: sequence) }
      state = SequenceRest(of: sequence, lastByte: lastByte, after: earlier).map { .rest($0) } ?? .ground
    case .rest(var rest):
      let typed = rest.endDoubt(keys)
      state = .rest(rest)
      // One key by itself, as people press them.
      for byte in typed { takeInGround(byte, keeping: true) }
    case .paste:
      finishPaste()
      state = .rest(SequenceRest(ofPasteWithEnd: paste.takePartOfEnd(), lastByte: lastByte))
    }
  }

  private mutating func take(_ byte: UInt8, at now: Instant) {
    switch state {
    case .ground: takeInGround(byte)
    case .sequence(let sequence, let earlier): take(byte, in: sequence, after: earlier, at: now)
    case .rest(let rest): take(byte, after: rest, at: now)
    case .paste: takePasted(byte)
    }
  }

  private mutating func takeInGround(_ byte: UInt8, keeping isRest: Bool = false) {
    if !isRest { state = .ground }
    guard byte < 0x80 else { return takeHigh(byte) }
    utf8.reset()
    if byte == 0x1B {
      state = .sequence(ControlSequence(escape: ()), after: nil)
    } else if byte < 0x20 || byte == 0x7F {
      if keys.isBeginning([byte]), byte != 0x03 {
        state = .sequence(ControlSequence(own: byte), after: nil)
      } else {
        emit(keys.key(for: [byte]) ?? Key(controlByte: byte))
      }
    } else {
      emit(.character(Unicode.Scalar(byte)))
    }
  }

  /// A byte above 0x7F: of a character, or an 8-bit control where it cannot be one.
  private mutating func takeHigh(_ byte: UInt8) {
    if !utf8.isWithinCharacter, let sequence = ControlSequence(c1: byte) {
      state = .sequence(sequence, after: nil)
      return
    }
    guard let scalar = utf8.feed(byte) else { return }
    // Some terminals send the 8-bit controls as the characters of their numbers.
    if let c1 = UInt8(exactly: scalar.value), let sequence = ControlSequence(c1: c1) {
      state = .sequence(sequence, after: nil)
    } else {
      emit(.character(scalar))
    }
  }

  private mutating func take(
    _ byte: UInt8, in sequence: ControlSequence, after earlier: SequenceRest?, at now: Instant
  ) {
    // Ctrl-C gets through whatever came before it.
    guard byte != 0x03 else { return takeInGround(byte) }
    var sequence = sequence
    switch sequence.take(byte, keys) {
    case .more: state = .sequence(sequence, after: earlier)
    case .complete:
      state = .ground
      act(on: Meaning(sequence, keys), of: sequence, isLate: earlier != nil)
    case .cancelled: state = .ground
    case .broken, .interrupted:
      if earlier == nil, !sequence.isAtEscape { report(unfinished: sequence) }
      state = .ground
      if sequence.isAtEscape { takeInGround(0x1B) }
      take(byte, at: now)
    }
  }

  /// What comes after a sequence was given up: its rest, or something new.
  private mutating func take(_ byte: UInt8, after rest: SequenceRest, at now: Instant) {
    guard byte != 0x03 else { return takeInGround(byte) }
    var rest = rest
    switch rest.take(byte, keys, at: now, lastByte: lastByte) {
    case .passedOver: state = .rest(rest)
    case .goesOn(let sequence, let bytes):
      state = .sequence(sequence, after: rest)
      for byte in bytes { take(byte, at: now) }
    case .pasteGoesOn(let bytes):
      state = .paste
      for byte in bytes { takePasted(byte) }
    case .ended(let sequence):
      state = .ground
      if let sequence { act(on: Meaning(sequence, keys), of: sequence, isLate: true) }
    case .isNew: takeInGround(byte)
    }
  }

  private mutating func act(on meaning: Meaning, of sequence: ControlSequence, isLate: Bool) {
    switch meaning {
    case .pasteBegin: state = .paste
    case .event(let event): events.append(event)
    case .nothing: break
    // Of what comes late something was said when it was given up.
    case .key(let key): if !isLate { emit(key) }
    case .unknown: if !isLate { emit(unknown: sequence) }
    }
  }

  private mutating func report(unfinished sequence: ControlSequence) {
    switch sequence.kind {
    case .escape:
      emit(.escape)
      if sequence.isAlt { emit(.escape) }
    case .string where sequence.isAtEscape: emit(.escape)
    case .own where sequence.bytes.count == 1: emit(Key(controlByte: sequence.bytes[0]))
    default: if !sequence.isReport { emit(unknown: sequence) }
    }
  }

  private mutating func takePasted(_ byte: UInt8) {
    if paste.take(byte, limit: Self.pasteLimit) {
      finishPaste()
      state = .ground
    }
  }

  private mutating func finishPaste() {
    events.append(.paste(paste.takeText()))
  }

  /// How many bytes of a sequence an unknown key keeps.
  private static let keptBytes = 32

  private mutating func emit(unknown sequence: ControlSequence) {
    emit(.unknown(Array(((sequence.isAlt ? [0x1B] : []) + sequence.bytes).prefix(Self.keptBytes))))
  }

  private mutating func emit(_ key: Key) {
    events.append(.key(key))
  }
}

extension Key {
  /// The key of a byte below a space, or of DEL.
  init(controlByte byte: UInt8) {
    switch byte {
    case 0x08, 0x7F: self = .backspace
    case 0x09: self = .tab
    case 0x0A, 0x0D: self = .enter
    case 0x1B: self = .escape
    case 1...26: self = .control(Character(Unicode.Scalar(byte + 0x60)))
    default: self = .control(Character(Unicode.Scalar(byte + 0x40)))
    }
  }
}
