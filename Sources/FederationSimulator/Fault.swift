internal import MatrixWire
internal import Ports

/// Something that goes wrong in a world, and until when.
struct Fault: Sendable {
  enum Kind: Sendable {
    /// Nothing passes between the two groups, in both directions or only out of the first.
    case partition(Set<Int>, oneWay: Bool)
    case crash(server: Int, CrashPoint, losesDisk: Bool, vanishes: Bool)
    /// Several crash in the same instant.
    case crashes([Int])
    case pause(server: Int)
    case loss(Double)
    /// Copies arrive, up to that much later.
    case duplication(Double, Duration)
    /// A server and all its traffic take a hundred times longer.
    case slowness(server: Int)
    /// A server takes a hundred times longer to answer.
    case overload(server: Int)
    /// The wall clock of a server is set.
    case clockStep(server: Int, Duration)
    case hostility(HostileAct, server: Int)
  }

  let kind: Kind
  let from: Instant
  let until: Instant
}

/// What is looked at, and when.
struct Inspection: Sendable {
  enum Kind: Sendable {
    /// Every looking watcher has what is true.
    case convergence
    /// No user is shown as present who was on the other side of this fault.
    case absence(fault: Int)
    /// After a start, everything from and to the server is repaired.
    case repair(server: Int)
    /// 45 s after a partition: how many are right.
    case healing
    /// Both sides of every relation say the same.
    case agreement
    /// No watcher looks any more; from here to the next such inspection nothing is sent.
    case silenceBegins
    case silenceEnds
    case everybodyLeaves
    case everybodyDropsEverybody
    case emptinessBegins
    case emptinessEnds
    case quietBegins
    case quietEnds
    /// Servers that never rest have asked each other for everything of late.
    case reminders
    case theEnd
  }

  let kind: Kind
  let at: Instant
}
