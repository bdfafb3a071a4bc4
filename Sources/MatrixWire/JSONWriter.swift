/// Writes JSON by hand, byte for byte as `WireJSON.encode` does: for what is written for every watcher of a
/// change. Keys have to be given in order.
struct JSONWriter {
  private(set) var bytes: [UInt8] = []
  private var isFirst = true

  /// - Parameter capacity: how many bytes are expected.
  init(capacity: Int = 384) { bytes.reserveCapacity(capacity) }

  /// - Parameter bytes: what is written already, up to a value.
  init(continuing bytes: [UInt8]) { self.bytes = bytes }

  /// Begins an object.
  mutating func open() {
    bytes.append(UInt8(ascii: "{"))
    isFirst = true
  }

  /// Ends an object.
  mutating func close() {
    bytes.append(UInt8(ascii: "}"))
    isFirst = false
  }

  /// A key that needs no escaping; its value comes next.
  mutating func key(_ name: String) {
    if !isFirst { bytes.append(UInt8(ascii: ",")) }
    isFirst = false
    bytes.append(UInt8(ascii: "\""))
    bytes.append(contentsOf: name.utf8)
    bytes.append(UInt8(ascii: "\""))
    bytes.append(UInt8(ascii: ":"))
  }

  /// A key that comes from outside; its value comes next.
  mutating func foreignKey(_ name: String) {
    if !isFirst { bytes.append(UInt8(ascii: ",")) }
    isFirst = false
    string(name)
    bytes.append(UInt8(ascii: ":"))
  }

  /// A value that is written already; its key came before.
  mutating func raw(_ value: [UInt8]) { bytes.append(contentsOf: value) }

  /// A text as the value of a key that came before, or as an element; `null` where there is none.
  mutating func value(_ text: String?) {
    if let text { string(text) } else { bytes.append(contentsOf: "null".utf8) }
  }

  /// An event as the value of a key that came before, or as an element.
  mutating func event(_ event: ViewedEvent, as form: EventForm, now: Int64) {
    event.append(to: &bytes, as: form, now: now)
  }

  /// Begins an array. Each of its elements begins with `element()`.
  mutating func openArray() {
    bytes.append(UInt8(ascii: "["))
    isFirst = true
  }

  /// The next element of an array comes.
  mutating func element() {
    if !isFirst { bytes.append(UInt8(ascii: ",")) }
    isFirst = false
  }

  /// Ends an array.
  mutating func closeArray() {
    bytes.append(UInt8(ascii: "]"))
    isFirst = false
  }

  mutating func field(_ name: String, _ text: String?) {
    guard let text else { return }
    key(name)
    string(text)
  }

  mutating func field(_ name: String, _ number: Int64?) {
    guard let number else { return }
    key(name)
    bytes.append(contentsOf: String(number).utf8)
  }

  mutating func field(_ name: String, _ flag: Bool?) {
    guard let flag else { return }
    key(name)
    bytes.append(contentsOf: (flag ? "true" : "false").utf8)
  }

  /// Left out where there is nothing.
  mutating func field(_ name: String, _ texts: [String]) {
    guard !texts.isEmpty else { return }
    key(name)
    for (index, text) in texts.enumerated() {
      bytes.append(index == 0 ? UInt8(ascii: "[") : UInt8(ascii: ","))
      string(text)
    }
    bytes.append(UInt8(ascii: "]"))
  }

  private mutating func string(_ text: String) { bytes.appendJSONString(text) }
}
