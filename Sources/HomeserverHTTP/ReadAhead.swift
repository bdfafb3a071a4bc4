internal import NIOCore
internal import NIOHTTP1

/// How many bytes of a connection are read ahead: what comes behind the request that is being answered.
struct ReadAhead {
  private(set) var bytes = 0
  /// Those of them that belong to a request that is not whole yet.
  private var part = 0

  mutating func add(_ piece: HTTPServerRequestPart) {
    let size =
      switch piece {
      case .head(let head):
        head.headers.reduce(head.uri.utf8.count) { $0 + $1.name.utf8.count + $1.value.utf8.count }
      case .body(let bytes): bytes.readableBytes
      case .end: 0
      }
    bytes += size
    part += size
  }

  /// A request is whole.
  ///
  /// - Returns: how many bytes it has, which `remove` takes when it is handed over.
  mutating func endRequest() -> Int {
    defer { part = 0 }
    return part
  }

  mutating func remove(_ count: Int) { bytes -= count }
}
