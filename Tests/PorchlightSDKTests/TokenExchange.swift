import MatrixWire
import PorchlightTestSupport
import Ports
import Synchronization

/// What several processes share, in memory.
final class SharedKeeper: CredentialKeeper {
  private struct State {
    var credentials: Credentials?
    var isFull = false
    var isUnreadable = false
    var isAlone = false
  }

  private let state = Mutex(State())

  init(isFull: Bool = false) { self.isFull = isFull }

  /// Whether nothing more can be kept.
  var isFull: Bool {
    get { state.withLock(\.isFull) }
    set { state.withLock { $0.isFull = newValue } }
  }

  var isUnreadable: Bool {
    get { state.withLock(\.isUnreadable) }
    set { state.withLock { $0.isUnreadable = newValue } }
  }

  /// Whether something was done alone.
  var isAlone: Bool { state.withLock(\.isAlone) }

  var stored: Credentials? { state.withLock(\.credentials) }

  func set(_ credentials: Credentials) { state.withLock { $0.credentials = credentials } }

  func kept() async throws(CredentialProblem) -> Credentials? {
    if isUnreadable { throw CredentialProblem("The keyring is locked.") }
    return stored
  }

  func keep(_ credentials: Credentials) async -> Bool {
    if !isFull { set(credentials) }
    return !isFull
  }

  func alone<Value: Sendable>(isUrgent: Bool, _ body: () async -> Value) async -> Value? {
    state.withLock { $0.isAlone = true }
    return await body()
  }
}

/// A homeserver and its authorization server, as far as tokens go: `a0` is good for 300 s, and each renewal gives the next.
final class TokenExchange: Sendable {
  private struct State {
    var good: [String: Instant] = ["a0": Instant.origin + .seconds(300)]
    var number = 0
    var used: Set<String> = []
    var refusals = 0
    var abandoned = 0
    var refusal: WireResponse?
  }

  private let state = Mutex(State())

  var refusals: Int { state.withLock(\.refusals) }
  var abandonedPolls: Int { state.withLock(\.abandoned) }
  var tokensUsed: Set<String> { state.withLock(\.used) }

  func refuse(with response: WireResponse?) { state.withLock { $0.refusal = response } }

  /// Makes this token the only good one.
  func accept(_ token: String) { state.withLock { $0.good = [token: Instant.origin + .seconds(86_400)] } }

  func way(_ time: any Timekeeper) -> any Exchange { Way(tokens: self, time: time) }

  func authorize(_ request: WebRequest, at now: Instant) throws -> WireResponse {
    if request.url.target == "/revoke" { return .text("{}") }
    return state.withLock { state in
      if let refusal = state.refusal { return refusal }
      state.number += 1
      // The old one is good until the new one is used.
      state.good["a\(state.number)"] = now + .seconds(300)
      return .text(
        #"{"access_token":"a\#(state.number)","token_type":"Bearer","expires_in":300,"refresh_token":"r\#(state.number)"}"#
      )
    }
  }

  private struct Way: Exchange {
    let tokens: TokenExchange
    let time: any Timekeeper

    func send(_ request: WireRequest) async throws -> WireResponse {
      guard tokens.admit(request.accessToken?.rawValue ?? "", at: time.instant) else {
        return .json(MatrixError(.unknownToken, "Unknown token"), status: 401)
      }
      if request.path.last == "sync" {
        let wait = request.query("timeout").flatMap { Int($0) } ?? 0
        do {
          try await time.sleep(until: time.instant + .milliseconds(wait))
        } catch {
          tokens.abandon()
          throw error
        }
        return .text(#"{"next_batch":"s1"}"#)
      }
      return .text(#"{"user_id":"@ann:hs.example.org","device_id":"D"}"#)
    }
  }

  private func abandon() { state.withLock { $0.abandoned += 1 } }

  private func admit(_ token: String, at now: Instant) -> Bool {
    state.withLock { state in
      state.used.insert(token)
      guard let end = state.good[token], now < end else {
        state.refusals += 1
        return false
      }
      return true
    }
  }
}
