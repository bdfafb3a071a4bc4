/// Which values `presence` may have, by the version of the API it is read through (E8).
public enum PresenceVocabulary: Hashable, Sendable {
  /// The first design, `api/v1`: with `free_for_chat` and `hidden`.
  case v1
  /// `r0`: the three of today, and `free_for_chat`.
  case r0
  /// `v3`: `online`, `unavailable`, `offline`.
  case v3
  /// Our own endpoints: whatever it is.
  case exact

  /// The state as such a reader is told it.
  public func nearest(to state: PresenceState) -> PresenceState {
    switch (self, state) {
    case (.exact, _), (.v1, .hidden), (.v1, .freeForChat), (.r0, .freeForChat): state
    default: state.standard
    }
  }
}

/// What is said about a person, in the words of one version of the API.
public struct VersionedPresence: Hashable, Sendable, Encodable {
  public var content: PresenceContent
  public var vocabulary: PresenceVocabulary

  public init(_ content: PresenceContent, for vocabulary: PresenceVocabulary) {
    self.content = content
    self.vocabulary = vocabulary
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: WireKey.self)
    try content.encode(into: &fields, for: vocabulary)
  }
}
