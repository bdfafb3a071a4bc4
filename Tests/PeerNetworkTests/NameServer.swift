internal import NIOCore
internal import NIOPosix
internal import PorchlightTestSupport
internal import Synchronization

/// A name server of this machine: answers over UDP what a test says.
final class NameServer: Sendable {
  struct Question: Hashable, Sendable {
    var name: String
    var type: UInt16
  }

  /// The data of an answer's records; nil to say nothing.
  typealias Answers = @Sendable (Question) -> [[UInt8]]?

  private let answers: Answers
  private let questions = Mutex<[Question]>([])

  init(_ answers: @escaping Answers) { self.answers = answers }

  var asked: [Question] { questions.withLock { $0 } }

  /// The data of a record of a service.
  static func service(priority: UInt8 = 0, port: UInt16, _ labels: String...) -> [UInt8] {
    let numbers: [UInt8] = [0, priority, 0, 0, UInt8(port >> 8), UInt8(port & 0xFF)]
    let name: [UInt8] = labels.flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) }
    return numbers + name + [0]
  }

  func listen(_ body: (String) async throws -> Void) async throws {
    let channel = try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .channelInitializer { [self] channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(Handler(self))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    do {
      let port = try channel.localAddress.flatMap(\.port).orThrow("a port")
      try await body("127.0.0.1:\(port)")
      try await channel.close()
    } catch {
      try? await channel.close()
      throw error
    }
  }

  private final class Handler: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>
    typealias OutboundOut = AddressedEnvelope<ByteBuffer>

    private let server: NameServer

    init(_ server: NameServer) { self.server = server }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      let envelope = unwrapInboundIn(data)
      guard let answer = server.answer(Array(envelope.data.readableBytesView)) else { return }
      let reply = AddressedEnvelope(remoteAddress: envelope.remoteAddress, data: ByteBuffer(bytes: answer))
      context.writeAndFlush(wrapOutboundOut(reply), promise: nil)
    }
  }

  /// RFC 1035, 4.1: a head of 12 bytes, the question, records that point back at its name.
  private func answer(_ bytes: [UInt8]) -> [UInt8]? {
    guard let end = bytes.dropFirst(12).firstIndex(of: 0), bytes.count >= end + 5 else { return nil }
    var labels: [String] = []
    var rest = bytes[12..<end]
    while let count = rest.popFirst() {
      labels.append(String(decoding: rest.prefix(Int(count)), as: UTF8.self))
      rest = rest.dropFirst(Int(count))
    }
    let type = UInt16(bytes[end + 1]) << 8 | UInt16(bytes[end + 2])
    let question = Question(name: labels.joined(separator: "."), type: type)
    questions.withLock { $0.append(question) }
    guard let records = answers(question) else { return nil }
    var answer =
      bytes[..<2] + [0x81, records.isEmpty ? 0x83 : 0x80, 0, 1, 0, UInt8(records.count), 0, 0, 0, 0]
    answer += bytes[12..<(end + 5)]
    for data in records {
      answer += [0xC0, 12, bytes[end + 1], bytes[end + 2], 0, 1, 0, 0, 0, 60, 0, UInt8(data.count)] + data
    }
    return Array(answer)
  }
}
