internal import MatrixWire
internal import PorchlightSDK
internal import Ports

/// A persona with a session: plays its script and answers invites, over the SDK and nothing else.
struct SimulatedPerson: Sendable {
  let persona: Persona
  let session: Session
  /// The person at the keyboard.
  let user: UserID
  /// Scales every pause of the script.
  let speed: Double

  private var time: any Timekeeper { session.time }

  /// Plays the script until the task is cancelled.
  ///
  /// - Parameters:
  ///   - script: as it is after the opening.
  ///   - isConnected: how the opening ended.
  func live(_ script: Script, isConnected: Bool) async {
    var script = script
    var isConnected = isConnected
    while !Task.isCancelled {
      isConnected = await phase(&script, isConnected: isConnected)
    }
  }

  /// One stretch of being connected, or of not being connected; returns what comes next.
  private func phase(_ script: inout Script, isConnected: Bool) async -> Bool {
    var script_ = script
    defer { script = script_ }
    return await withTaskGroup(of: Void.self) { group in
      if isConnected { group.addTask { await listen() } }
      defer { group.cancelAll() }
      while let step = script_.next(), await pause(step.after) {
        switch step.action {
        case .connect where !isConnected: return true
        case .disconnect where isConnected:
          group.cancelAll()
          try? await session.close()
          return false
        default: await perform(step.action)
        }
      }
      return isConnected
    }
  }

  /// Something a script does that does not open or close the line. The demo goes on where the server
  /// refuses: what a person sees is what the server says.
  func perform(_ action: Script.Action) async {
    switch action {
    case .choose(let state, let text): try? await session.setStatus(state, text: text)
    case .leaveKeyboard(let ago):
      try? await session.report(
        DeviceReport(idleness: .since(milliseconds: ago.wholeMilliseconds), deviceType: persona.deviceType))
    case .returnToKeyboard:
      try? await session.report(DeviceReport(idleness: .active, deviceType: persona.deviceType))
    case .connect, .disconnect: break
    }
  }

  /// Keeps a stream open, which makes the person online, and answers who asks.
  private func listen() async {
    await withDiscardingTaskGroup { group in
      var roster = Roster(userID: session.userID)
      do {
        for try await step in session.events(filter: .roster, seed: persona.seed) {
          guard case .answer(let answer, let isComplete) = step else { continue }
          for case .invited(let invite) in roster.apply(answer, isComplete: isComplete, at: time.instant) {
            group.addTask { await reply(to: invite) }
          }
        }
      } catch {
        // Logged out: this person is gone for good, and the world goes on without them.
      }
    }
  }

  /// Thinks for a moment, and answers.
  private func reply(to invite: Invite) async {
    guard await pause(.seconds(4)) else { return }
    if persona.acquaintance == .shy {
      try? await session.deny(invite.observer)
    } else {
      try? await session.accept(invite.observer)
    }
  }

  /// Invites the person at the keyboard after a while.
  func askLater() async {
    var random = SeededGenerator(seed: persona.seed)
    guard await pause(.seconds(Int.random(in: 45...240, using: &random))) else { return }
    // The server may refuse: then there is nothing to ask.
    try? await session.invite(user)
  }

  /// Sleeps for a span of the script; false when the world ends.
  private func pause(_ span: Duration) async -> Bool {
    do {
      try await time.sleep(until: time.instant + span / speed)
      return true
    } catch {
      return false
    }
  }
}
