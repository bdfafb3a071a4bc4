public import MatrixWire
internal import PorchlightSDK
public import Ports

/// A world to look at: people who come online, go idle, change their text, flap, answer invites and send
/// their own. Same seed, same world.
///
/// It begins as what the homeserver finds in its store (`opening(secrets:at:)`), in the middle of a day. From then on
/// every simulated user is an SDK session over an exchange (`run(through:time:)`); the world has no other handle on the
/// homeserver.
public struct DemoWorld: Sendable {
  public struct Options: Hashable, Sendable {
    /// How many people are on the list, besides those who are elsewhere.
    public var people = 24
    public var seed: UInt64 = 1
    /// Scales the script of the simulated people, and nothing else.
    public var speed = 1.0
    /// Adds people whose names and texts attack the terminal.
    public var hostile = false

    public init() {}
  }

  /// A server that does not answer: its users are unknown.
  public static let farServer = "far.example"
  static let farPeople = ["greta", "odile"]

  /// A user of the world, how the world finds them, and the script they go on with.
  struct Member: Sendable {
    let persona: Persona
    let credentials: Credentials
    let opening: Script.Opening
    let script: Script
  }

  /// The session of the person at the keyboard, whose list the others are on.
  public let user: Credentials
  let members: [Member]
  let server: ServerName
  private let options: Options

  /// - Parameters:
  ///   - localpart: the name of the person at the keyboard; the world is nil where no user ID can have it.
  ///   - server: the homeserver that everyone is of.
  ///   - options: what the world is made from.
  public init?(around localpart: String, on server: ServerName, options: Options) {
    guard let user = Self.credentials(of: localpart, on: server) else { return nil }
    self.user = user
    self.server = server
    self.options = options
    let personas =
      Cast.people(count: options.people, seed: options.seed)
      + (options.hostile ? Cast.hostile(seed: options.seed) : [])
    members = personas.compactMap { persona in
      var script = Script(persona)
      let opening = script.opening()
      return Self.credentials(of: persona.localpart, on: server).map {
        Member(persona: persona, credentials: $0, opening: opening, script: script)
      }
    }
  }

  /// A session that is in the store from the beginning. Its token can be guessed: a world has its homeserver for itself.
  private static func credentials(of localpart: String, on server: ServerName) -> Credentials? {
    UserID(localpart: localpart, server: server).map {
      Credentials(userID: $0, deviceID: DeviceID("demo"), accessToken: AccessToken("demo-\(localpart)"))
    }
  }

  /// Lets all users live by their scripts until the task is cancelled.
  ///
  /// - Parameters:
  ///   - exchange: the way to a homeserver that was started on the opening. Those who are online there have 30 s to ask
  ///     for their first poll.
  ///   - time: the clock of the scripts.
  public func run(through exchange: any Exchange, time: any Timekeeper) async {
    let client = Client(exchange: exchange, time: time)
    await withDiscardingTaskGroup { group in
      for member in members {
        guard let session = try? client.session(member.credentials) else { continue }
        let person = SimulatedPerson(
          persona: member.persona, session: session, user: user.userID, speed: max(0.001, options.speed))
        group.addTask { await person.live(member.script, isConnected: member.opening.isConnected) }
        if person.persona.acquaintance == .willAsk { group.addTask { await person.askLater() } }
      }
    }
  }
}
