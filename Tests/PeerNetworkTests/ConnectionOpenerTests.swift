internal import Glibc
internal import HTTPTestSupport
internal import NIOCore
internal import NIOPosix
internal import PeerDiscovery
internal import PorchlightTestSupport
internal import Testing

@testable internal import PeerNetwork

@Suite(.usesRealTime, .timeLimit(.minutes(5))) struct ConnectionOpenerTests {
  /// `SO_DEBUG` of sockets has the number that `TCP_NODELAY` has of TCP, and asks for `CAP_NET_ADMIN`: root connected,
  /// and any other user got "Permission denied". Read back, so that the test fails for root too.
  @Test func aConnectionIsOpenedWithoutThePrivilegesOfRoot() async throws {
    let group = MultiThreadedEventLoopGroup.singleton
    let listener = try await ServerBootstrap(group: group).bind(host: "127.0.0.1", port: 0).get()
    let port = try #require(listener.localAddress?.port)
    let opener = ConnectionOpener(
      group: group, encryption: try Trust.context(authorities: nil),
      resolver: SystemResolver(time: RealTime()),
      reachesPrivate: true, patience: .seconds(20), idle: .seconds(20))
    let channel = try await opener.open(
      ConnectionKey(
        target: .init(host: "127.0.0.1", port: port), certificateName: "127.0.0.1", isEncrypted: false))
    #expect(try await channel.getOption(.socketOption(.init(rawValue: SO_DEBUG))).get() == 0)
    #expect(try await channel.getOption(.tcpOption(.tcp_nodelay)).get() != 0)
    try await channel.close()
    try await listener.close()
  }
}
