internal import MatrixWire

/// Versions, accounts and sessions: who answers what (Protocol 1.6, 2).
extension Homeserver {
  func answer(
    _ route: Route.AccountRoute, _ request: WireRequest, _ version: APIVersion, from requester: Requester
  ) async throws -> WireResponse {
    switch route {
    case .registrationFlows: try registrationFlows()
    case .register: try await register(request, version, from: requester)
    case .loginFlows: loginFlows(for: requester)
    case .login: try await login(request, from: requester)
    case .refresh: try await refresh(request)
    case .logout: try await logout(request, all: false)
    case .logoutAll: try await logout(request, all: true)
    case .whoAmI: try whoAmI(request)
    case .capabilities: try capabilities(request)
    case .devices: try listDevices(request)
    case .device(let id): try getDevice(id, request)
    case .renameDevice(let id): try await renameDevice(id, request)
    case .deleteDevice(let id): try await deleteDevice(id, request)
    case .getAccountData(let user, let type): try getAccountData(type, of: user, request)
    case .setAccountData(let user, let type): try await setAccountData(type, of: user, request)
    case .getFilter(let user, let id): try getFilter(id, of: user, request)
    case .createFilter(let user): try await createFilter(of: user, request)
    }
  }

  func versions() -> WireResponse {
    .json(
      VersionsAnswer(
        versions: ["r0.0.1", "r0.6.1", "v1.1"],
        unstableFeatures: [
          UnstablePrefix.namespace: true, UnstablePrefix.key("hidden"): true,
          UnstablePrefix.key("free_for_chat"): true,
          // Fields of profiles came with a version of which this server has no more than that.
          "uk.tcpip.msc4133.stable": true,
        ]))
  }

  private func capabilities(_ request: WireRequest) throws -> WireResponse {
    _ = try authenticate(request)
    return .json(
      CapabilitiesAnswer([
        "m.change_password": false, "m.set_displayname": true, "m.set_avatar_url": true,
        "m.profile_fields": true,
        "m.3pid_changes": false, "m.get_login_token": false,
      ]))
  }
}
