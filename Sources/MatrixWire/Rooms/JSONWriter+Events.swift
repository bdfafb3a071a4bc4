extension JSONWriter {
  /// Events that are bytes already, as a section has them: `"name":{"events":[…]}`.
  mutating func events(_ name: String, _ events: [[UInt8]]) {
    key(name)
    open()
    array("events", events)
    close()
  }

  /// Values that are bytes already, in an array.
  mutating func array(_ name: String, _ values: [[UInt8]]) {
    key(name)
    openArray()
    for value in values {
      element()
      raw(value)
    }
    closeArray()
  }

  /// Events in an array, as their viewer is told them.
  mutating func events(_ name: String, _ events: [ViewedEvent], as form: EventForm, now: Int64) {
    key(name)
    openArray()
    for event in events {
      element()
      self.event(event, as: form, now: now)
    }
    closeArray()
  }
}
