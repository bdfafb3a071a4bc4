internal import MatrixWire
public import PorchlightSDK
public import Ports
public import Screen

/// The roster on a screen: the loop between the keyboard, the server and the picture.
///
/// One mailbox, one consumer. Whatever waits is reduced together and drawn once, and only what changed is
/// presented: nothing at all when nothing did.
public struct Runtime: Sendable {
  let source: any RosterSource
  let device: any ScreenDevice
  let time: any Timekeeper
  let options: AppOptions

  /// - Parameters:
  ///   - session: whose roster it is.
  ///   - capabilities: what its server can do; nil where it is to be asked while the roster is shown.
  ///   - device: the screen.
  ///   - time: the clock.
  ///   - options: everything that may be set.
  public init(
    session: Session, capabilities: ServerCapabilities? = .lists, device: any ScreenDevice,
    time: any Timekeeper, options: AppOptions
  ) {
    source = session.rosterSource(
      capabilities, deviceType: options.deviceType, wait: options.syncWait, seed: options.seed &+ 1)
    self.device = device
    self.time = time
    self.options = options
  }

  /// Shows the roster until the user, the terminal or the server ends it, and says which.
  ///
  /// Before it returns, the server is told, for at most a second. All tasks are children of this call.
  public func run() async -> ExitReason {
    let model = Model(
      userID: source.session.userID, size: await device.size(), options: options, traits: source.traits,
      capabilities: device.capabilities, now: time.now)
    let mailbox = Mailbox()
    let ticker = Ticker(time: time)
    let publisher = PresencePublisher(source: source, seed: options.seed)
    return await withDiscardingTaskGroup(returning: ExitReason.self) { group in
      group.addTask { await followEvents(mailbox) }
      group.addTask { await readInput(mailbox) }
      group.addTask { await ticker.run { mailbox.post(.tick) } }
      group.addTask { await publisher.run { mailbox.post(.publishing($0)) } }
      var loop = RuntimeLoop(
        model: model, session: source.session, device: device, time: time, mailbox: mailbox, ticker: ticker,
        publisher: publisher, options: options)
      let reason = await loop.run { intent in
        group.addTask { await perform(intent, mailbox) }
      }
      // The poll ends first: it would otherwise go on after the good-bye and bring the person back.
      group.cancelAll()
      let farewell = await sayGoodbye(loop.unconfirmed, reason)
      await options.keepUnsentStatus(farewell.isStatusTaken ? nil : loop.unsent)
      if farewell.isTooSoon { options.didLeaveTooSoon() }
      return reason
    }
  }

  private func followEvents(_ mailbox: Mailbox) async {
    do throws(SDKError) {
      try await source.run { mailbox.post(.roster($0)) }
    } catch {
      mailbox.post(.loggedOut(error))
    }
  }

  private func readInput(_ mailbox: Mailbox) async {
    for await event in device.events { mailbox.post(.input(event)) }
    mailbox.post(.input(.endOfInput))
  }

  /// Does what waits for the server.
  private func perform(_ intent: Intent, _ mailbox: Mailbox) async {
    switch intent {
    case .change(let change): await send(change, mailbox)
    case .rename(let name): await rename(name, mailbox)
    case .askVersions:
      // Each is of use without the other. What fails is asked again after the next interruption.
      if let versions = try? await source.session.versions() { mailbox.post(.versions(versions)) }
      if let rule = try? await source.session.presenceSharing() { mailbox.post(.presenceSharing(rule)) }
    case .publish, .reportIdle, .reconnect, .suspend, .redraw, .repaint, .quit: break
    }
  }

  private func rename(_ name: String, _ mailbox: Mailbox) async {
    do throws(SDKError) {
      try await source.session.setDisplayName(name)
      mailbox.post(.renamed(name, nil))
    } catch {
      mailbox.post(.renamed(name, error))
    }
  }

  private func send(_ change: ContactChange, _ mailbox: Mailbox) async {
    do throws(SDKError) {
      try await source.perform(.change(change))
      mailbox.post(.answered(change, nil))
    } catch {
      mailbox.post(.answered(change, error))
    }
  }

  /// Sends what was chosen last and is not known to have arrived, then good-bye; gives up after a second.
  ///
  /// - Returns: What the server made of it.
  private func sayGoodbye(_ status: StatusUpdate?, _ reason: ExitReason) async -> RosterFarewell {
    switch reason {
    case .loggedOut, .cancelled: return RosterFarewell()
    case .quit, .signal, .endOfInput: return await source.leave(saying: status, patience: Self.patience)
    }
  }

  /// How long a quitting user is kept waiting.
  private static let patience: Duration = .seconds(1)
}
