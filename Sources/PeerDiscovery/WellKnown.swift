public import MatrixWire
public import Ports

/// What a host says of who answers for it, and how long that is to be believed.
public struct WellKnown: Hashable, Sendable {
  /// How long answers count (Matrix server-server API: a day unless headers say otherwise, two at most).
  public struct Lifetimes: Hashable, Sendable {
    public var usual: Duration = .seconds(24 * 3600)
    /// No host is asked more often, whatever it says.
    public var shortest: Duration = .seconds(300)
    public var longest: Duration = .seconds(48 * 3600)
    /// After a first failure; each further one doubles it.
    public var firstFailure: Duration = .seconds(60)
    public var longestFailure: Duration = .seconds(3600)

    public init() {}

    /// How long to leave a host alone that failed to answer so many times in a row.
    func backoff(after failures: Int) -> Duration {
      var span = firstFailure
      for _ in 1..<max(1, min(failures, 32)) where span < longestFailure { span = span * 2 }
      return min(span, longestFailure)
    }
  }

  public var delegate: ServerName
  public var lifetime: Duration

  private struct Body: Decodable {
    var server: String

    enum CodingKeys: String, CodingKey { case server = "m.server" }
  }

  /// Reads an answer; nil where it delegates to no server that a request could be sent to.
  ///
  /// - Parameters:
  ///   - response: what the host answered, after redirects.
  ///   - now: the wall time, for headers that name one.
  ///   - lifetimes: the bounds of what headers may ask for.
  public init?(_ response: WireResponse, now: WallTime, lifetimes: Lifetimes) {
    guard response.status == 200, response.body.count <= WellKnownRules.largestBody,
      let body = try? WireJSON.decode(Body.self, from: response.body),
      let delegate = ServerName(body.server), ServerNameParts(delegate) != nil
    else { return nil }
    self.delegate = delegate
    let asked = Self.lifetime(response, now: now) ?? lifetimes.usual
    lifetime = min(max(asked, lifetimes.shortest), lifetimes.longest)
  }

  /// What the headers ask for: `Cache-Control` before `Expires` (RFC 9111, 5.3).
  private static func lifetime(_ response: WireResponse, now: WallTime) -> Duration? {
    let controls = response.headers.filter { $0.name.asciiLowercased == "cache-control" }
      .flatMap { $0.value.asciiLowercased.split(separator: ",") }
      .map { $0.split(separator: "=", maxSplits: 1).map { $0.filter { !" \t\"".contains($0) } } }
    if controls.contains(where: { ["no-store", "no-cache"].contains($0.first) }) { return .zero }
    if let age = controls.first(where: { $0.first == "max-age" && $0.count == 2 })?.last {
      guard !age.isEmpty, age.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return .zero }
      // Longer numbers than fit are long spans; they end at the bound.
      return .seconds(Int64(age.prefix(9)) ?? 0)
    }
    guard let expires = response.header("Expires") else { return nil }
    // Anything else in its place, "0" above all, means that it has passed.
    guard let seconds = HTTPDate.seconds(expires) else { return .zero }
    return .milliseconds(max(0, seconds * 1000 - now.milliseconds))
  }
}

/// The bounds of asking.
enum WellKnownRules {
  static let largestBody = 51_200
  static let mostRedirects = 5
  /// For all requests of one question together.
  static let patience = Duration.seconds(20)
  static let redirects: Set<Int> = [301, 302, 303, 307, 308]
}
