/// The requests a client makes, each in the one place where its path is written.
///
/// Standard calls go under `v3`, the project's own under `unstable/chat.porchlight` (Protocol 3.6).
public enum ClientAPI {
  private static let client = ["_matrix", "client"]

  /// Path segments of a standard endpoint.
  public static func standard(_ segments: String...) -> [String] { client + ["v3"] + segments }

  /// Path segments of one of our own endpoints.
  public static func unstable(_ segments: String...) -> [String] {
    client + ["unstable", UnstablePrefix.namespace] + segments
  }

  public static func versions() -> WireRequest { WireRequest(.get, client + ["versions"]) }

  public static func capabilities() -> WireRequest { WireRequest(.get, standard("capabilities")) }

  public static func register(_ request: RegisterRequest) -> WireRequest {
    WireRequest(.post, standard("register"), body: WireJSON.encode(request))
  }

  public static func whoAmI() -> WireRequest { WireRequest(.get, standard("account", "whoami")) }

  public static func logout() -> WireRequest {
    WireRequest(.post, standard("logout"), body: WireJSON.encode(Empty()))
  }

  public static func profile(of user: UserID) -> WireRequest {
    WireRequest(.get, standard("profile", user.rawValue))
  }

  public static func setDisplayName(_ name: String, of user: UserID) -> WireRequest {
    WireRequest(
      .put, standard("profile", user.rawValue, "displayname"),
      body: WireJSON.encode(Profile(displayName: name)))
  }

  public static func status(of user: UserID) -> WireRequest {
    WireRequest(.get, standard("presence", user.rawValue, "status"))
  }

  public static func setStatus(_ update: StatusUpdate, of user: UserID) -> WireRequest {
    // Both keys always, so that no server reads an absent text in its own way (Protocol 3.3).
    let whole = StatusUpdate(presence: update.presence, statusMessage: update.statusMessage ?? "")
    return WireRequest(
      .put, standard("presence", user.rawValue, "status"), body: WireJSON.encode(whole))
  }

  public static func presenceList() -> WireRequest { WireRequest(.get, unstable("presence", "list")) }

  /// The server's relations with its peers; answered over its Unix socket only.
  public static func peers() -> WireRequest { WireRequest(.get, unstable("peers")) }

  public static func changePresenceList(_ change: PresenceListRequest) -> WireRequest {
    WireRequest(.post, unstable("presence", "list"), body: WireJSON.encode(change))
  }

  public static func report(_ report: DeviceReport) -> WireRequest {
    WireRequest(.put, unstable("presence", "device"), body: WireJSON.encode(report))
  }

  public static func setPolling(_ polling: Bool) -> WireRequest {
    WireRequest(
      .put, unstable("presence", "polling"), body: WireJSON.encode(PollingSwitch(polling: polling)))
  }

  /// One poll of the event stream. `setPresence` is always sent: absent would mean `online`.
  public static func sync(
    since: SyncToken?, wait: Duration, setPresence: PresenceState, filter: SyncFilter?
  ) -> WireRequest {
    var query = [
      WireRequest.QueryItem("timeout", String(wait.wholeMilliseconds)),
      WireRequest.QueryItem("set_presence", setPresence.standard.wire),
    ]
    if let since { query.append(.init("since", since.rawValue)) }
    if let filter {
      query.append(.init("filter", String(decoding: WireJSON.encode(filter), as: UTF8.self)))
    }
    return WireRequest(.get, standard("sync"), query: query, timeout: wait + .seconds(30))
  }
}

extension Duration {
  /// Whole milliseconds, rounded down; saturates instead of overflowing.
  public var wholeMilliseconds: Int {
    let (seconds, attoseconds) = components
    let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1000)
    let (sum, carried) = whole.addingReportingOverflow(attoseconds / 1_000_000_000_000_000)
    guard !overflow, !carried else { return seconds < 0 ? .min : .max }
    return Int(sum)
  }
}
