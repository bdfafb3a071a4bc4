internal import MatrixWire

/// Refusals of ordinary servers in words for people: what the user wanted, why it is not so, and what to do.
extension SDKError {
  /// Nothing that is set is seen.
  static func presenceIsOff(_ server: ServerName) -> SDKError {
    SDKError(
      .refused(MatrixError(.unrecognized, "")), "presence is switched off on \(server): nobody would see it")
  }

  /// The same failure of a status, explained.
  func explained(_ server: ServerName) -> SDKError {
    guard case .refused(let refusal) = code else { return explainedIfRateLimited }
    if refusal.code == .forbidden, refusal.message.asciiLowercased.contains("disabled") {
      return .presenceIsOff(server)
    }
    // What this client says itself is said already.
    guard !refusal.message.isEmpty else { return self }
    return SDKError(code, "\(server) does not take it (\(refusal.code))", retryAfter: retryAfter)
  }

  /// The same failure of a change to contacts, explained; whom it is about is said before it.
  func explained(_ change: ContactChange) -> SDKError {
    guard case .refused(let refusal) = code else { return explainedIfRateLimited }
    guard !refusal.message.isEmpty else { return self }
    let why =
      switch (refusal.code, change) {
      case (.inviteBlocked, _): "takes no invites"
      case (.forbidden, .invite): "may not be invited by you"
      case (.forbidden, .accept): "the invite is not good any more; they have to ask again"
      case (.unsupportedRoomVersion, _), (.incompatibleRoomVersion, _):
        "the room is of a version that a server does not have"
      case (.notFound, .invite), (.unknown, .invite): "could not be invited: is the user ID right?"
      case (.limitExceeded, _): "too often, try again later"
      default: "the server does not take it (\(refusal.code))"
      }
    return SDKError(code, why, retryAfter: retryAfter)
  }

  private var explainedIfRateLimited: SDKError {
    guard code == .rateLimited else { return self }
    let seconds = max(1, (retryAfter ?? .seconds(5)).components.seconds)
    return SDKError(code, "too often: the server takes the next one in \(seconds) s", retryAfter: retryAfter)
  }
}

extension Session {
  /// The own text as the server has it.
  ///
  /// - Returns: the text; nil where there is none.
  /// - Throws: why it cannot be had; in words where the server has presence switched off.
  public func ownStatusText() async throws(SDKError) -> String? {
    do throws(SDKError) {
      return try await status(of: userID).statusMessage
    } catch {
      throw error.explained(userID.server)
    }
  }
}
