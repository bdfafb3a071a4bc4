import Foundation

/// What is fuzzed, by the name the binary is started under.
private let targets: [String: @Sendable ([UInt8]) -> Void] = [
  "decoders": fuzzDecoders,
  "tokens": fuzzTokens,
  "user-ids": fuzzUserIDs,
  "filters": fuzzFilters,
  "canonical-json": fuzzCanonicalJSON,
  "request-targets": fuzzRequestTargets,
  "federation": fuzzFederation,
  "rooms": fuzzRooms,
]

nonisolated(unsafe) private var target: ([UInt8]) -> Void = { _ in fatalError("started without a target") }

@_cdecl("LLVMFuzzerInitialize")
public func initialize(
  _ count: UnsafeMutablePointer<CInt>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>>>
) -> CInt {
  let name = String(String(cString: arguments.pointee[0]).split(separator: "/").last ?? "")
  guard let known = targets[name] else { fatalError("no target '\(name)': \(targets.keys.sorted())") }
  target = known
  return 0
}

@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  target(Array(UnsafeBufferPointer(start: start, count: count)))
  return 0
}

/// Stops the run where a property does not hold.
func hold(_ condition: Bool, _ what: @autoclosure () -> String) {
  guard condition else { fatalError(what()) }
}

/// What is decoded and encoded comes back the same.
func roundTrip<Value: Codable & Equatable>(_ value: Value) {
  let bytes = WireJSON.encode(value)
  do throws(MatrixError) {
    let again = try WireJSON.decode(Value.self, from: bytes)
    hold(again == value, "\(Value.self) came back as another:\n\(value)\n\(again)\n\(shown(bytes))")
    hold(WireJSON.encode(again) == bytes, "\(Value.self) has two forms: \(shown(bytes))")
  } catch {
    fatalError("\(Value.self) does not read what it wrote, \(error): \(shown(bytes))")
  }
}

func shown(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

/// Texts compared as the wire has them.
func isSame(_ left: some StringProtocol, _ right: some StringProtocol) -> Bool {
  left.utf8.elementsEqual(right.utf8)
}
