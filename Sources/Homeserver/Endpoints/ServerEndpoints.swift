internal import MatrixWire

/// What this server is and can (Protocol 1.6).
struct ServerEndpoints: Sendable {
  let baseURL: String

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
      CapabilitiesAnswer([
        "m.change_password": false, "m.set_displayname": true, "m.set_avatar_url": true,
        "m.profile_fields": true,
        "m.3pid_changes": false, "m.get_login_token": false,
      ]))
  }
}
