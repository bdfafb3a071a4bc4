internal import ArgumentParser
internal import Homeserver
internal import LocalServer
internal import MatrixCrypto
internal import MatrixWire
internal import PeerDiscovery
internal import PeerNetwork
internal import PorchlightConfig
internal import PresenceFederation

/// How `porchlight serve` meets other homeservers.
struct FederationOptions: ParsableArguments {
  @Flag(inversion: .prefixedNo, help: "Meet other homeservers.")
  var federation = true

  @Option(
    help: ArgumentHelp(
      "Where another homeserver is, instead of looking it up; may be given again.", valueName: "name=url"),
    transform: { try PeerArgument($0) })
  var peer: [PeerArgument] = []

  @Option(
    help: ArgumentHelp(
      "The server's signing key, made on the first start. (default: beside the database)", valueName: "file"))
  var signingKey: String?

  @Option(help: ArgumentHelp("Certificates to trust instead of the system's, as PEM.", valueName: "file"))
  var caFile: String?

  @Option(
    help: ArgumentHelp(
      "What knowing that others are there may cost: literal, tight or economical. (default: tight)",
      valueName: "policy"),
    transform: { try porchlight.presencePolicy("--presence-policy", $0) })
  var presencePolicy = PresencePolicy.tight

  @Option(
    help: ArgumentHelp(
      "How long changes wait for one another before they go to other servers, from 10s to 60s, and up to 5s more "
        + "by chance. (default: 10s)",
      valueName: "span"),
    transform: { text in
      guard let span = DurationText.parse(text), (.seconds(10) ... .seconds(60)).contains(span) else {
        throw ValidationError("--batch-window takes a span from 10s to 60s, not '\(text)'")
      }
      return span
    })
  var batchWindow = Duration.seconds(10)

  @Option(
    help: ArgumentHelp(
      "A name server to ask for everything, as ADDRESS:PORT: for tests and odd networks.",
      valueName: "address:port"))
  var resolver: String?

  @Flag(
    help: ArgumentHelp(
      "Also meet servers found in this machine or a private network. Without it only those --peer names are: anybody "
        + "who can name a server could have ports knocked at behind your firewall."))
  var allowPrivatePeers = false

  func validate() throws {
    guard federation || peer.isEmpty else {
      throw ValidationError("--peer is for a server that meets others; it does not go with --no-federation")
    }
    if let resolver, SystemResolver.Server(resolver) == nil {
      throw ValidationError("--resolver takes ADDRESS:PORT, such as 127.0.0.1:53, not '\(resolver)'")
    }
    let names = peer.map(\.name)
    for name in names where names.count(where: { $0 == name }) > 1 {
      throw ValidationError("--peer names \(name) twice")
    }
  }

  /// How to find and reach the others, with so many connections.
  func network(within files: FilePlan) -> PeerNetwork.Configuration {
    var configuration = PeerNetwork.Configuration()
    for argument in peer { configuration.peers[argument.name] = argument.route }
    configuration.resolver = resolver.flatMap { SystemResolver.Server($0) }
    configuration.authorities = caFile
    configuration.reachesPrivate = allowPrivatePeers
    configuration.connections = files.peers
    configuration.unknownPeers.connections = files.unknownPeers
    configuration.agent = "porchlight/\(Porchlight.version)"
    return configuration
  }

  /// What the homeserver needs to meet others.
  func federation(over network: PeerNetwork, database: String?) throws(Failure) -> Federation {
    var federation = Federation(
      transport: network, signer: try key(beside: database), verifier: SigningKeyVerifier())
    federation.reader = globalConcurrentExecutor
    federation.policy = presencePolicy
    federation.named = Set(peer.map(\.name))
    federation.timing.batchWindow = batchWindow
    return federation
  }

  /// Where the key is kept; nil for a server that keeps nothing.
  func keyFile(beside database: String?) -> String? { signingKey ?? database.map { $0 + ".key" } }

  /// A server that keeps nothing makes a key for as long as it runs.
  private func key(beside database: String?) throws(Failure) -> SigningKey {
    if let path = keyFile(beside: database) { return try SigningKeyFile.open(path) }
    var random = SystemRandomNumberGenerator()
    guard let key = SigningKey(using: &random) else { throw Failure("no signing key could be made") }
    return key
  }
}

/// `blue.example=https://10.0.0.2:8448`.
struct PeerArgument {
  let name: ServerName
  let route: PeerRoute

  init(_ text: String) throws(ValidationError) {
    guard let equals = text.firstIndex(of: "="), let name = ServerName(text[..<equals].asciiLowercased),
      let route = PeerRoute(url: String(text[text.index(after: equals)...]))
    else {
      throw ValidationError(
        "--peer takes NAME=URL, such as blue.test=http://127.0.0.1:8102, without a path; not '\(text)'")
    }
    self.name = name
    self.route = route
  }
}
