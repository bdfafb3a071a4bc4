internal import Logging
internal import Screen

/// Logs on standard error, which may be a terminal: what others wrote into a message stays text.
struct TerminalLogHandler: LogHandler {
  private var stream: StreamLogHandler

  init(label: String) { stream = .standardError(label: label) }

  var logLevel: Logger.Level {
    get { stream.logLevel }
    set { stream.logLevel = newValue }
  }

  var metadata: Logger.Metadata {
    get { stream.metadata }
    set { stream.metadata = newValue }
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { stream[metadataKey: key] }
    set { stream[metadataKey: key] = newValue }
  }

  func log(event: LogEvent) {
    var event = event
    event.message = "\(SafeText(untrusted: event.message.description, keepingSpaces: true))"
    event.metadata = event.metadata?.mapValues { "\(SafeText(untrusted: $0.description))" }
    stream.log(event: event)
  }
}
