internal import NIOCore
internal import Synchronization

/// A text that each of many connections is to be told once.
final class AwaitedText: Sendable {
  private struct State {
    var text: [UInt8] = []
    /// Counts the texts, so that each is counted once a connection.
    var number = 0
  }

  private let state = Mutex(State())

  /// Awaits another text.
  func expect(_ text: String) {
    state.withLock { state in
      state.text = Array(text.utf8)
      state.number += 1
    }
  }

  /// What chooses, for one connection, the first answer with the text.
  func chooser() -> (ByteBuffer) -> Bool {
    var seen = 0
    return { answer in
      let (text, number) = self.state.withLock { ($0.text, $0.number) }
      guard number != seen, Self.isFound(text, in: answer) else { return false }
      seen = number
      return true
    }
  }

  private static func isFound(_ text: [UInt8], in answer: ByteBuffer) -> Bool {
    answer.withUnsafeReadableBytes { bytes in
      text.withUnsafeBufferPointer { LoadHandler.find($0, in: bytes.bindMemory(to: UInt8.self)) } != nil
    }
  }
}
