import Homeserver
import MatrixWire
import PorchlightSDK
import PorchlightTestSupport
internal import Ports
import Testing

/// Valid requests with something wrong about them, 102,400 in all: each gets a proper answer, nothing ends,
/// and nobody else notices.
@Suite(.serialized, .usesAllCores, .timeLimit(.minutes(15))) struct MutationTests {
  /// Every code of Protocol 1.2 that this server has a reason for.
  private static let codes: Set<ErrorCode> = [
    .badJSON, .badPagination, .forbidden, .guestAccessForbidden, .invalidParameter, .invalidUsername,
    .limitExceeded, .missingParameter, .missingToken, .notFound, .notInvited, .notJSON, .tooLarge,
    .unauthorized,
    .unknown, .unknownToken, .unrecognized, .userInUse, .weakPassword,
  ]

  /// What a run has seen.
  private struct Tally {
    var requests = 0
    /// Requests whose body was JSON to the server, and came to a decoder.
    var decoded = 0
    var codes: Set<ErrorCode> = []
    var statuses: [Int: Int] = [:]
  }

  @Test(arguments: 1...8)
  func everyMutantIsAnsweredAndNobodyElseNotices(_ seed: UInt64) async throws {
    var random = SeededGenerator(seed: seed)
    var tally = Tally()
    for batch in 0..<16 {
      // Tests that wait for real things share the threads.
      await Task.yield()
      // Limits would stop most requests before anything reads them.
      let world = try MutationWorld(isLimited: batch == 15)
      for step in 0..<800 {
        let mutant = Self.mutant(of: world, &random)
        let answer = try world.respond(to: mutant)
        if let fault = Self.fault(of: answer) {
          Issue.record(
            "\(fault): seed \(seed), batch \(batch), step \(step)\n\(Self.shown(mutant))\n\(answer)")
        }
        Self.count(answer, to: mutant, in: &tally)
        try world.learn(from: answer, to: mutant)
      }
      if let harm = try world.harm() { Issue.record("seed \(seed), batch \(batch): \(harm)") }
    }
    #expect(tally.codes == Self.codes, "seed \(seed)")
    #expect(tally.decoded * 2 >= tally.requests, "seed \(seed): \(tally)")
  }

  private static func mutant(of world: MutationWorld, _ random: inout SeededGenerator) -> WireRequest {
    var request = world.valid(&random)
    switch Int.random(in: 0..<20, using: &random) {
    case 0, 1: request.body.mutate(&random)
    case 2...4: request.mutate(&random, tokens: world.tokens)
    default:
      guard let value = try? CanonicalJSON(parsing: request.body) else {
        request.mutate(&random, tokens: world.tokens)
        break
      }
      var rough = RoughJSON(value)
      for _ in 0..<Int.random(in: 1...2, using: &random) { rough.mutate(&random) }
      var bytes: [UInt8] = []
      rough.write(to: &bytes)
      request.body = bytes
    }
    return request
  }

  // MARK: Judging

  private static let statuses: Set<Int> = [200, 400, 401, 403, 404, 405, 413, 429]

  /// What is wrong with an answer.
  private static func fault(of answer: WireResponse) -> String? {
    guard statuses.contains(answer.status) else { return "a status nobody expects" }
    guard answer.headers.filter({ $0.name == "Content-Type" }).map(\.value) == ["application/json"] else {
      return "not called JSON"
    }
    guard answer.status != 200 else { return isJSON(answer.body) ? nil : "not JSON" }
    guard let error = try? WireJSON.decode(MatrixError.self, from: answer.body) else {
      let isChallenge = (try? WireJSON.decode(AuthenticationChallenge.self, from: answer.body)) != nil
      return answer.status == 401 && isChallenge ? nil : "no error envelope"
    }
    guard codes.contains(error.code), error.message != error.code.rawValue, !error.message.isEmpty else {
      return "an unknown code, or no text"
    }
    guard (answer.status == 429) == (error.code == .limitExceeded) else { return "a wrong status" }
    guard answer.status != 429 || (error.retryAfter ?? 0) > 0 && answer.header("Retry-After") != nil else {
      return "does not say when to try again"
    }
    return nil
  }

  /// To the last escape, which a decoder that is asked for a few keys passes over.
  private static func isJSON(_ bytes: [UInt8]) -> Bool {
    do throws(CanonicalJSON.Problem) {
      _ = try CanonicalJSON(parsing: bytes, .lenient)
      return true
    } catch {
      // In what was stored as it came.
      return ![.notJSON, .notUTF8].contains(error.reason)
    }
  }

  private static func count(_ answer: WireResponse, to request: WireRequest, in tally: inout Tally) {
    tally.requests += 1
    tally.statuses[answer.status, default: 0] += 1
    if let code = answer.error?.code, answer.status != 401 || code != .unknown { tally.codes.insert(code) }
    if answer.status == 200, let result = try? WireJSON.decode(PresenceListResult.self, from: answer.body) {
      tally.codes.formUnion(result.failed.values.map(\.code))
    }
    if reachedADecoder(answer, request) { tally.decoded += 1 }
  }

  /// Whether a body was read, and was JSON: none of the answers given before that, nor the one for what is no
  /// JSON. Where both are possible the request is not counted.
  private static func reachedADecoder(_ answer: WireResponse, _ request: WireRequest) -> Bool {
    guard !request.body.isEmpty, request.method != .get, request.path.last != "logout",
      request.path.last != "all"
    else { return false }
    let isRefresh = request.path.last == "refresh"
    guard let error = answer.error else { return true }
    switch error.code {
    case .notJSON, .unrecognized, .missingToken, .limitExceeded, .guestAccessForbidden: return false
    case .unknownToken: return isRefresh && request.accessToken != nil
    case .unknown: return !error.message.contains("another user")
    case .badJSON: return answer.status != 405
    case .tooLarge: return answer.status != 413
    case .forbidden: return ["login", "refresh"].contains(request.path.last)
    case .invalidParameter: return error.message.contains("presence state")
    default: return true
    }
  }

  private static func shown(_ request: WireRequest) -> String {
    "\(request.method.rawValue) \(request.target) \(String(decoding: request.body.prefix(2_000), as: UTF8.self))"
  }
}
