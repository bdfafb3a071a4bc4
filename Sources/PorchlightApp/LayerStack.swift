internal import PorchlightSDK

/// What is open over the list. The topmost layer takes the keys, and all are drawn, the topmost last.
struct LayerStack: Hashable, Sendable {
  /// From the list upwards.
  private(set) var layers: [Layer] = []

  /// Nil where nothing is open, so that the keys go to the list.
  var top: Layer? { layers.last }

  var isEmpty: Bool { layers.isEmpty }

  /// Where a key is pressed now.
  var scope: Keymap.Scope { top?.scope ?? .list }

  /// Why nothing works any more, once that is so.
  var farewell: SDKError? {
    if case .farewell(let error) = top { error } else { nil }
  }

  mutating func open(_ layer: Layer) { layers.append(layer) }

  /// Closes the topmost layer.
  mutating func close() { _ = layers.popLast() }

  /// Puts another state of the topmost layer in its place.
  mutating func update(_ layer: Layer) {
    close()
    open(layer)
  }

  /// Closes everything, and says why nothing works any more.
  mutating func end(_ error: SDKError) { layers = [.farewell(error)] }

  /// Closes what is about a row that is gone.
  mutating func closeOrphans(where isGone: (RowID) -> Bool) {
    layers.removeAll { $0.row.map(isGone) ?? false }
  }
}
