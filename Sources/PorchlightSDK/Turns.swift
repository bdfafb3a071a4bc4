/// Has calls do something one after the other.
final class Turns: Sendable {
  private let isTaken = Observed(false)

  /// Waits for a turn, which the caller ends.
  func take() async throws(SDKError) {
    while true {
      var isFree = false
      isTaken.update { taken in
        isFree = !taken
        taken = true
      }
      if isFree { return }
      guard await isTaken.waits(until: { !$0 }) else {
        throw SDKError(.cancelled, "The call was cancelled.")
      }
    }
  }

  func end() { isTaken.update { $0 = false } }
}
