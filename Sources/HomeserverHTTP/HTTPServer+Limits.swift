extension HTTPServer {
  /// What a client may send, and how long it may take. A poll that waits is never cut by any of it.
  public struct Limits: Hashable, Sendable {
    /// The largest request body, in bytes; beyond it 413.
    public var largestBody = 65_536
    /// The largest body of a request of another server, in bytes; without a signature that could be one the limit is
    /// `largestBody`.
    public var largestTransaction = 1_048_576
    /// How much of a refused body is read past, in bytes, before its connection is closed instead: many
    /// clients do not find an answer that comes while they send.
    public var largestDiscard = 8_388_608
    /// The largest request head, in bytes, and the largest single line of it.
    public var largestHead = 65_536
    /// The most headers of one request.
    public var mostHeaders = 100
    /// The most requests of one connection read ahead of their answers.
    public var mostPipelined = 16
    /// The most bytes of one connection read ahead of an answer, as near as reads are.
    public var mostReadAhead = 4096
    /// What requests may take up together from their first bytes to their answer, in bytes; those below `smallRequest`
    /// are not counted. Sessions, known servers, and all others have shares of it; where one is used up the request
    /// that has been coming longest is answered with 503.
    public var memory = 67_108_864
    /// In bytes.
    public var smallRequest = 4096
    /// The most connections at a time over the network. Where there are as many, the one that has waited longest
    /// without a whole request gives way to a new one, then the one that has been idle longest; where all are in use,
    /// new ones wait to be accepted.
    public var mostConnections = Int.max
    /// The same for Unix sockets.
    public var mostLocalConnections = Int.max
    /// How long a connection that came or was answered keeps its place, because its next request may be on its way.
    public var grace = Duration.seconds(1)
    /// How long the head of a request may take, from its first byte.
    public var head = Duration.seconds(10)
    /// How long the body of a request may take, from its head.
    public var body = Duration.seconds(30)
    /// How long a connection may say nothing between two requests. Longer than clients keep theirs, so that
    /// it is the client that ends it and no request gets lost on its way.
    public var idle = Duration.seconds(90)
    /// How long a client may take to receive an answer.
    public var answer = Duration.seconds(60)
    /// How long a connection stays after its last answer, for the client to read it and close.
    public var linger = Duration.seconds(2)
    /// How long shutdown waits for answers under way before it cuts their connections.
    public var shutdown = Duration.seconds(4)

    public init() {}
  }
}
