import MatrixWire
import Testing

func user(_ text: String, _ location: SourceLocation = #_sourceLocation) throws -> UserID {
  try #require(UserID(text), sourceLocation: location)
}

/// The bytes of a value, as text.
func json(_ value: some Encodable) -> String { String(decoding: WireJSON.encode(value), as: UTF8.self) }

func decode<Value: Decodable>(_ text: String, as type: Value.Type = Value.self) throws -> Value {
  try WireJSON.decode(type, from: text.utf8)
}
