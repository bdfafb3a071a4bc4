import OrderedCollections
import PorchlightSDK
import PorchlightTestSupport
import Ports

/// Ann, whose way to her server fails as a test wants.
struct FaultyWay {
  let simulation = Simulation()
  let server: TestHomeserver
  let exchange: FaultyExchange
  let ann: Session

  init() throws {
    server = try TestHomeserver(simulation)
    exchange = FaultyExchange(server.exchange, time: simulation.time)
    ann = try server.register("ann", through: exchange)
  }

  /// A new user on a way that never fails, whom Ann watches.
  func friend(_ name: String) throws -> Session {
    let friend = try server.register(name)
    try server.befriend(ann, friend)
    return friend
  }
}

/// Tests of what Ann's client does on such a way.
protocol FaultyWayTests {
  var scene: FaultyWay { get }
}

extension FaultyWayTests {
  var simulation: Simulation { scene.simulation }
  var server: TestHomeserver { scene.server }
  var way: FaultyExchange { scene.exchange }
  var ann: Session { scene.ann }
}
