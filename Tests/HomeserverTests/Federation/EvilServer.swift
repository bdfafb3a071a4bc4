import Homeserver
import MatrixWire
import OrderedCollections
import PorchlightSDK
import PorchlightTestSupport
import Ports

/// A homeserver with Ann on it, and another server that may send it anything, signed with a key of its own.
struct EvilServer {
  static let peer = Requester(address: "192.0.2.66", isSameUser: false)

  let simulation = Simulation()
  let network = TestNetwork()
  let red: TestHomeserver
  let ann: Session
  let name: ServerName
  let signer: TestSigner

  init(store: any ServerStore = MemoryServerStore()) throws {
    red = try network.start("red.example", in: simulation, store: store, seed: 1)
    ann = try red.register("ann")
    name = try ServerName("evil.example").orThrow("a name")
    let signer = TestSigner(try KeyID("ed25519:a_1").orThrow("a key"), secret: 66)
    self.signer = signer
    let time = simulation.time
    // Every server there is has the same key, and takes whatever it is sent.
    network.answer { request, server in
      guard request.path.contains("key") else { return WireResponse(status: 200, body: Array("{}".utf8)) }
      let document = try signer.document(of: server, validUntil: time.wallTime.milliseconds + 86_400_000)
      return WireResponse(status: 200, body: document.body)
    }
  }

  /// A transaction, signed.
  func request(
    _ body: String, id: String = "1", from origin: ServerName? = nil, to server: ServerName? = nil,
    by other: TestSigner? = nil
  ) throws -> WireRequest {
    try (other ?? signer).signed(
      WireRequest(.put, ["_matrix", "federation", "v1", "send", id], body: Array(body.utf8)),
      from: origin ?? name, to: server ?? red.name)
  }
}

/// Tests of what it gets done.
protocol EvilServerTests {
  var scene: EvilServer { get }
}

extension EvilServerTests {
  var simulation: Simulation { scene.simulation }
  var network: TestNetwork { scene.network }
  var red: TestHomeserver { scene.red }
  var ann: Session { scene.ann }
  var signer: TestSigner { scene.signer }

  func request(
    _ body: String, id: String = "1", from origin: ServerName? = nil, to server: ServerName? = nil,
    by other: TestSigner? = nil
  ) throws -> WireRequest {
    try scene.request(body, id: id, from: origin, to: server, by: other)
  }
}
