internal import MatrixWire
internal import RoomCore

/// What this server is and can (Protocol 1.6).
struct ServerEndpoints: Sendable {
  let baseURL: String
  let sharing: PresenceSharing

  var endpoints: [Endpoint] {
    [
      Endpoint(.get, ["_matrix", "client", "versions"], in: .root, for: .anyone) { _ in versions },
      Endpoint(.get, [".well-known", "matrix", "client"], in: .root, for: .anyone) { _ in
        .json(ClientDiscovery(baseURL: baseURL))
      },
      Endpoint(.get, ["capabilities"], for: .session) { _ in capabilities },
    ]
  }

  private var versions: WireResponse {
    .json(
      VersionsAnswer(
        versions: ["r0.0.1", "r0.6.1", "v1.1"],
        unstableFeatures: [
          UnstablePrefix.namespace: true, UnstablePrefix.key("hidden"): true,
          UnstablePrefix.key("free_for_chat"): true,
          // Fields of profiles came with a version of which this server has no more than that.
          "uk.tcpip.msc4133.stable": true,
        ]))
  }

  private var capabilities: WireResponse {
    .json(
      CapabilitiesAnswer(
        [
          "m.change_password": false, "m.set_displayname": true, "m.set_avatar_url": true,
          "m.profile_fields": true,
          "m.3pid_changes": false, "m.get_login_token": false,
        ], roomVersions: .init(standard: Room.version, available: [Room.version: "stable"]),
        presenceSharing: PresenceSharingRule(sharing)))
  }
}

extension PresenceSharingRule {
  /// As clients are told it.
  fileprivate init(_ sharing: PresenceSharing) {
    let rule: Default =
      switch sharing.rule {
      case .spec: .spec
      case .suggest: .suggest
      }
    self.init(rule: rule, largestRoom: sharing.largestRoom)
  }
}
