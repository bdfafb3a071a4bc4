/// Who sees whose presence from now on, and who no longer does, as far as rooms decide it.
public struct SharingChange: Hashable, Sendable {
  public internal(set) var began: Set<UserPair> = []
  public internal(set) var ended: Set<UserPair> = []

  public var isEmpty: Bool { began.isEmpty && ended.isEmpty }
}
