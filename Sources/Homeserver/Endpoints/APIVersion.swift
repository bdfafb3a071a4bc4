internal import MatrixWire

/// The historical versions of the client-server API this server speaks. They differ in a few shapes and values.
enum APIVersion: String, Hashable, Sendable {
  case v1 = "api/v1"
  case r0
  case v3
  /// Our own endpoints, and those outside all versions.
  case unstable

  /// The values `presence` may have in it (E8).
  var vocabulary: PresenceVocabulary {
    switch self {
    case .v1: .v1
    case .r0: .r0
    case .v3: .v3
    case .unstable: .exact
    }
  }
}
