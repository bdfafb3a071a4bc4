/// A user's tags of a room: the content of its account data `m.tag`, and the answer to `GET .../tags` (Matrix
/// specification, client-server API, "Room tagging").
public struct RoomTags: Hashable, Sendable {
  /// The type of the account data.
  public static let type = "m.tag"
  /// How many tags a room may have.
  public static let most = 100
  private static let longestName = 255

  /// What is said of each tag, by its name.
  private var tags = CanonicalJSON.Object()

  public init() {}

  /// Tags as they are stored; what is malformed is none.
  public init(content: [UInt8]) {
    guard case .object(let tags)? = (try? CanonicalJSON(received: content))?["tags"] else { return }
    self.tags = tags
  }

  /// In canonical form, but for numbers with a fraction.
  public var content: [UInt8] {
    var writer = JSONWriter()
    writer.open()
    writer.key("tags")
    writer.raw(tags.bytes)
    writer.close()
    return writer.bytes
  }

  public var names: [String] { tags.members.map(\.key) }

  /// Sets a tag to the body of `PUT .../tags/{tag}`: any object whose `order` is a number.
  ///
  /// - Throws: `M_NOT_JSON`; `M_BAD_JSON` naming what has another form; `M_INVALID_PARAM` for a name longer than 255 bytes;
  ///   `M_TOO_LARGE` for more than `most`.
  public mutating func set(_ name: String, to body: [UInt8]) throws(MatrixError) {
    guard (1...Self.longestName).contains(name.utf8.count) else {
      throw MatrixError(.invalidParameter, "A tag has 1 to \(Self.longestName) bytes.")
    }
    let value = try CanonicalJSON(received: body)
    guard case .object(let object) = value else {
      throw MatrixError(.badJSON, "The body is not a JSON object.")
    }
    switch object["order"] {
    case nil, .integer, .otherNumber: break
    default: throw MatrixError(.badJSON, "Wrong type at 'order'.")
    }
    tags[name] = value
    guard tags.members.count <= Self.most else {
      tags[name] = nil
      throw MatrixError(.tooLarge, "A room may have \(Self.most) tags.")
    }
  }

  /// Removes a tag; says whether there was one.
  public mutating func remove(_ name: String) -> Bool {
    guard tags[name] != nil else { return false }
    tags[name] = nil
    return true
  }
}
