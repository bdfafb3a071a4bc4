internal import CResolver
internal import Dispatch
internal import MatrixWire
public import Ports
internal import Synchronization

/// Name servers, asked on threads of their own, because their library waits.
///
/// Hosts without an address are remembered, and one question about a host is out at a time.
///
/// A few threads, so that one domain whose name servers are silent does not hold up the others. What waits for them is
/// bounded; a question beyond that gets `failed` at once.
public final class SystemResolver: ServiceLookup {
  /// A name server to ask instead of those of the system.
  public struct Server: Hashable, Sendable {
    /// An IPv4 address.
    public let address: String
    public let port: UInt16

    /// `127.0.0.1:5353`.
    ///
    /// - Returns: nil where the text is no IPv4 address with a port.
    public init?(_ text: String) {
      let parts = text.split(separator: ":", omittingEmptySubsequences: false)
      guard parts.count == 2, let host = parts.first, HostText.isIPv4(host), let last = parts.last,
        let port = UInt16(last), port > 0
      else { return nil }
      (address, self.port) = (String(host), port)
    }
  }

  private static let mostRecords = 32

  /// The name server that was chosen; nil for those of the system.
  public let server: Server?
  private let threads: [DispatchQueue]
  private let mostWaiting: Int
  private let waiting: Mutex<[Int]>
  private let timeout: Duration
  private let time: any Timekeeper
  private let hosts = Mutex(Hosts())

  private struct Hosts {
    var absent = AbsentHosts()
    /// The callers that wait for the answer about a host.
    var asked: [String: [AsyncStream<[String]>.Continuation]] = [:]
  }

  /// - Parameters:
  ///   - server: a name server to ask instead of those of the system.
  ///   - timeout: for each of two tries, in whole seconds.
  ///   - threads: how many questions are asked at a time.
  ///   - mostWaiting: how many more may wait.
  ///   - time: how long answers count.
  public init(
    server: Server? = nil, timeout: Duration = .seconds(3), threads: Int = 4, mostWaiting: Int = 256,
    time: any Timekeeper
  ) {
    self.server = server
    self.timeout = timeout
    self.time = time
    self.threads = (0..<max(1, threads)).map { DispatchQueue(label: "chat.porchlight.resolver.\($0)") }
    self.mostWaiting = mostWaiting
    waiting = Mutex(Array(repeating: 0, count: self.threads.count))
  }

  public func services(of name: String) async throws -> ServiceAnswer {
    guard HostText.isName(name) else { return .none }
    return try await ask { asker in asker.services(of: name) } ?? .failed
  }

  /// The addresses of a host; none where there are none or no name server answers. Without a name server of its own as
  /// the system has it, its table of hosts included; else IPv4 first.
  ///
  /// - Throws: `CancellationError` where the caller went away.
  public func addresses(of host: String) async throws -> [String] {
    guard HostText.isName(host) else { return [] }
    let host = host.asciiLowercased
    while true {
      switch turn(for: host) {
      case .absent: return []
      case .wait(let answers):
        for await answer in answers { return answer }
        // The caller that asked may have been cancelled without an answer: then this one asks.
        try Task.checkCancellation()
      case .ask:
        var addresses: [String]?
        defer { answered(host, addresses) }
        // Where too many wait nothing was asked, and nothing is known.
        guard let answer = try await ask({ asker in asker.addresses(of: host) }) else { return [] }
        if let reason = answer.absence {
          hosts.withLock { $0.absent.remember(reason, of: host, now: time.instant) }
        }
        addresses = answer.addresses
        return answer.addresses
      }
    }
  }

  /// What a caller is to do that wants to know a host's addresses.
  private enum Turn {
    case absent
    case wait(AsyncStream<[String]>)
    case ask
  }

  private func turn(for host: String) -> Turn {
    let now = time.instant
    return hosts.withLock { hosts in
      if hosts.absent.contains(host, now: now) { return .absent }
      guard hosts.asked[host] != nil else {
        hosts.asked[host] = []
        return .ask
      }
      let (answers, told) = AsyncStream<[String]>.makeStream(bufferingPolicy: .bufferingNewest(1))
      hosts.asked[host]?.append(told)
      return .wait(answers)
    }
  }

  private func answered(_ host: String, _ addresses: [String]?) {
    for waiter in hosts.withLock({ $0.asked.removeValue(forKey: host) }) ?? [] {
      if let addresses { waiter.yield(addresses) }
      waiter.finish()
    }
  }

  /// Asks on the thread with the fewest questions; nil where too many wait.
  private func ask<Answer: Sendable>(
    _ question: @escaping @Sendable (Asker) -> Answer
  ) async throws -> Answer? {
    let thread: Int? = waiting.withLock { counts in
      guard counts.reduce(0, +) < mostWaiting + counts.count,
        let least = counts.indices.min(by: { counts[$0] < counts[$1] })
      else { return nil }
      counts[least] += 1
      return least
    }
    guard let thread else { return nil }
    // Not a continuation: a question that is being asked cannot be taken back, but its caller need not wait for it.
    let (answers, told) = AsyncStream<Answer>.makeStream(bufferingPolicy: .bufferingNewest(1))
    let asker = Asker(server: server, timeout: timeout)
    threads[thread].async { [self] in
      told.yield(question(asker))
      told.finish()
      waiting.withLock { $0[thread] -= 1 }
    }
    for await answer in answers { return answer }
    throw CancellationError()
  }

  /// The questions themselves, on whichever thread may wait.
  private struct Asker: Sendable {
    let server: Server?
    let timeout: Duration

    func services(of name: String) -> ServiceAnswer {
      var records = Array(repeating: porch_resolver_service(), count: SystemResolver.mostRecords)
      var count = 0
      let outcome = withOptions { options in
        porch_resolver_services(name, &options, &records, records.count, &count)
      }
      return ServiceAnswer(outcome, records.prefix(count))
    }

    func addresses(of host: String) -> AddressAnswer {
      guard server != nil else {
        var records = Array(repeating: porch_resolver_address(), count: SystemResolver.mostRecords)
        var count = 0
        let outcome = porch_resolver_hosts(host, &records, records.count, &count)
        return AddressAnswer(outcome, records.prefix(count), absentFor: 0)
      }
      let four = addresses(of: host, isSix: false)
      // There is no such name, or no name server answers: another question about it has the same answer.
      guard four.isWorthMore else { return four }
      return four.adding(addresses(of: host, isSix: true))
    }

    private func addresses(of host: String, isSix: Bool) -> AddressAnswer {
      var records = Array(repeating: porch_resolver_address(), count: SystemResolver.mostRecords)
      var count = 0
      var absentFor: UInt32 = 0
      let outcome = withOptions { options in
        porch_resolver_addresses(host, isSix, &options, &records, records.count, &count, &absentFor)
      }
      return AddressAnswer(outcome, records.prefix(count), absentFor: absentFor)
    }

    private func withOptions(_ body: (inout porch_resolver_options) -> Int32) -> Int32 {
      var options = porch_resolver_options()
      options.timeout = Int32(clamping: max(1, timeout.components.seconds))
      options.attempts = 2
      guard let server else { return body(&options) }
      options.port = server.port
      return server.address.withCString { address in
        options.server = address
        return body(&options)
      }
    }
  }
}

extension ServiceAnswer {
  /// What the bytes of an answer say.
  package init(parsing bytes: [UInt8]) {
    var records = Array(repeating: porch_resolver_service(), count: 32)
    var count = 0
    let outcome = porch_resolver_parse_services(bytes, bytes.count, &records, records.count, &count)
    self.init(outcome, records.prefix(count))
  }

  /// Records whose target could be no host are left out; a service that is declared not to exist keeps its dot.
  fileprivate init(_ outcome: Int32, _ records: ArraySlice<porch_resolver_service>) {
    guard outcome == Int32(PORCH_RESOLVER_OK) else {
      let isAbsent = [PORCH_RESOLVER_NONE, PORCH_RESOLVER_NO_NAME].contains { outcome == Int32($0) }
      self = isAbsent ? .none : .failed
      return
    }
    let ttl = records.map(\.ttl).min() ?? 0
    let usable = records.compactMap { record -> ServiceRecord? in
      let target = HostText.text(of: record.target)
      guard target == "." || HostText.isName(target) else { return nil }
      return ServiceRecord(
        priority: record.priority, weight: record.weight, target: target, port: record.port)
    }
    self = usable.isEmpty ? .failed : .records(usable, ttl: .seconds(Int64(ttl)))
  }
}
