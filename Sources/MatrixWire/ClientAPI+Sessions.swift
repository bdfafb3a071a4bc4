/// Sessions.
extension ClientAPI {
  public static func login(_ request: LoginRequest) -> WireRequest {
    WireRequest(.post, standard("login"), body: WireJSON.encode(request))
  }

  /// The ways of `POST /login` that there are.
  public static func loginFlows() -> WireRequest { WireRequest(.get, standard("login")) }

  /// Whether there is an authorization server, and where.
  public static func authorizationServer() -> WireRequest {
    WireRequest(.get, ["_matrix", "client", "v1", "auth_metadata"])
  }

  /// The same, before it was specified.
  public static func unstableAuthorizationServer() -> WireRequest {
    WireRequest(.get, ["_matrix", "client", "unstable", "org.matrix.msc2965", "auth_metadata"])
  }

  public static func refresh(_ token: AccessToken) -> WireRequest {
    WireRequest(.post, standard("refresh"), body: WireJSON.encode(RefreshRequest(refreshToken: token)))
  }

  public static func logoutAll() -> WireRequest {
    WireRequest(.post, standard("logout", "all"), body: WireJSON.encode(Empty()))
  }

  public static func devices() -> WireRequest { WireRequest(.get, standard("devices")) }

  public static func renameDevice(_ device: DeviceID, to name: String) -> WireRequest {
    WireRequest(
      .put, standard("devices", device.rawValue), body: WireJSON.encode(DeviceChange(displayName: name)))
  }
}
