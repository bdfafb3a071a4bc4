internal import MatrixWire
internal import Ports

/// What a client wants of a login.
struct LoginWish: Hashable, Sendable {
  var device: DeviceID?
  var displayName: String?
  /// Whether the client can renew its access token, which then expires.
  var isRefreshable = false
  /// When a session ends that cannot be renewed; nil is never.
  var lifetime: Duration?
}

/// How long tokens live that do not live for ever.
struct TokenLifetimes: Hashable, Sendable {
  var access: Duration
  var refresh: Duration
}

/// A session that was decided on and is not stored yet.
struct NewSession: Sendable {
  let device: Device
  let access: AccessToken
  let refresh: AccessToken?
  let expiresIn: Duration?
  let changes: [AccountChange]
  /// Devices whose sessions end with it.
  var ended: [Device] = []
}

/// What a token stands for.
enum TokenFinding: Hashable, Sendable {
  case unknown
  case expired
  case valid(TokenRecord)
}

extension AccountRegistry {
  // MARK: Asking

  func find(_ token: AccessToken, _ kind: TokenRecord.Kind, at now: WallTime) -> TokenFinding {
    find(secrets.digest(of: token), kind, at: now)
  }

  func find(_ token: TokenDigest, _ kind: TokenRecord.Kind, at now: WallTime) -> TokenFinding {
    guard let record = read({ $0.tokens[token] }), record.kind == kind else { return .unknown }
    return record.isExpired(at: now) ? .expired : .valid(record)
  }

  /// Whether a device still holds a token, expired or not.
  func isHeld(_ token: TokenDigest) -> Bool { read { $0.tokens[token] != nil } }

  func isLoggedIn(_ device: Device) -> Bool {
    read { $0.accounts[device.user]?.devices[device.id] != nil }
  }

  /// Which of all devices that ever logged in it is, in this life of the server; nil for one that is not logged in.
  func number(of device: Device) -> UInt64? {
    read { $0.accounts[device.user]?.devices[device.id]?.number }
  }

  /// A person's own devices, by name.
  func devices(of user: UserID) -> [DeviceDescription] {
    read { book in
      (book.accounts[user]?.devices ?? [:]).map {
        DeviceDescription(id: $0.key, displayName: $0.value.displayName)
      }
    }.sorted { $0.id.rawValue < $1.id.rawValue }
  }

  func description(of device: Device) -> DeviceDescription? {
    read { book in
      book.accounts[device.user]?.devices[device.id].map {
        DeviceDescription(id: device.id, displayName: $0.displayName)
      }
    }
  }

  /// Devices whose sessions have ended and cannot be renewed: nothing they hold is good any more.
  func expired(at now: WallTime) -> [Device] {
    read { book in
      book.accounts.flatMap { user, account in
        account.devices.keys.map { Device(user: user, id: $0) }
          .filter { Self.isExpired($0, in: book, at: now) }
      }
    }
  }

  func isExpired(_ device: Device, at now: WallTime) -> Bool {
    read { Self.isExpired(device, in: $0, at: now) }
  }

  private static func isExpired(_ device: Device, in book: AccountBook, at now: WallTime) -> Bool {
    let tokens = book.tokens(of: device)
    return !tokens.isEmpty
      && tokens.allSatisfy { $0.kind == .access && $0.isExpired(at: now) }
  }

  // MARK: Deciding

  /// A session on a device, which gets an ID where it has none. Tokens it had before end with it, and where the person
  /// has as many as they may (`Quota.sessions`), so does the session that was not used for longest.
  func logIn(_ user: UserID, _ wish: LoginWish, _ lifetimes: TokenLifetimes, at now: WallTime) -> NewSession {
    let device = Device(user: user, id: wish.device ?? newDevice(of: user))
    var changes = read { $0.tokens(of: device) }.map { AccountChange.removeToken($0.digest) }
    var ended: [Device] = []
    if description(of: device) == nil {
      ended = read { $0.unused(of: user, beyond: Quota.sessions) }.map { Device(user: user, id: $0) }
      changes += ended.map { .removeDevice(user, $0.id) }
      changes.append(.device(DeviceRecord(user: user, id: device.id, displayName: wish.displayName)))
    }
    var session = tokens(
      for: device, generation: 0, lifetimes: wish.isRefreshable ? lifetimes : nil, alone: wish.lifetime,
      after: changes, at: now)
    session.ended = ended
    return session
  }

  /// The next pair of tokens of a device. The present one stays good until the next is used, because the
  /// answer may be lost; pairs that were given after it and never used make room.
  func refresh(with record: TokenRecord, _ lifetimes: TokenLifetimes, at now: WallTime) -> NewSession {
    let device = Device(user: record.user, id: record.device)
    let gone = read { $0.tokens(of: device) }.filter { $0.generation != record.generation }
    return tokens(
      for: device, generation: record.generation &+ 1, lifetimes: lifetimes,
      after: gone.map { .removeToken($0.digest) }, at: now)
  }

  /// Whether any device has tokens that wait for the first use of their successors.
  var hasSuperseded: Bool { read { !$0.renewed.isEmpty } }

  /// What ends with the use of a token: those given before it.
  func superseded(by record: TokenRecord) -> [AccountChange] {
    let device = Device(user: record.user, id: record.device)
    return read { book in
      guard book.renewed.contains(device), book.tokens[record.digest] != nil else { return [] }
      return book.tokens(of: device).filter { $0.generation < record.generation }.map {
        .removeToken($0.digest)
      }
    }
  }

  private func tokens(
    for device: Device, generation: UInt64, lifetimes: TokenLifetimes?, alone lifetime: Duration? = nil,
    after changes: [AccountChange], at now: WallTime
  ) -> NewSession {
    func record(_ token: AccessToken, _ kind: TokenRecord.Kind, _ lifetime: Duration?) -> AccountChange {
      .token(
        TokenRecord(
          digest: secrets.digest(of: token), user: device.user, device: device.id, kind: kind,
          expiresAt: lifetime.map { now.adding($0) }, generation: generation))
    }
    let access = newToken("porchlight_")
    let refresh = lifetimes.map { _ in newToken("porchlight_refresh_") }
    let expiresIn = lifetimes?.access ?? lifetime
    var changes = changes + [record(access, .access, expiresIn)]
    if let refresh { changes.append(record(refresh, .refresh, lifetimes?.refresh)) }
    return NewSession(
      device: device, access: access, refresh: refresh, expiresIn: expiresIn, changes: changes)
  }

  private func newToken(_ prefix: String) -> AccessToken {
    guard let token = AccessToken(prefix + secret(bytes: 32)) else {
      preconditionFailure("hexadecimal digits make a token")
    }
    return token
  }

  private func newDevice(of user: UserID) -> DeviceID {
    guard let id = DeviceID(secret(bytes: 5).uppercased()) else {
      preconditionFailure("hexadecimal digits make a device ID")
    }
    return isLoggedIn(Device(user: user, id: id)) ? newDevice(of: user) : id
  }
}

extension TokenRecord {
  fileprivate func isExpired(at now: WallTime) -> Bool { expiresAt.map { $0 <= now } ?? false }
}

extension WallTime {
  fileprivate func adding(_ span: Duration) -> WallTime {
    let (sum, overflow) = milliseconds.addingReportingOverflow(Int64(span.wholeMilliseconds))
    return WallTime(milliseconds: overflow ? .max : sum)
  }
}
