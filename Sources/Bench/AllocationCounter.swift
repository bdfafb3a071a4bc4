internal import Glibc

/// How often a server allocates, counted by a library that is loaded before all others (`count_allocations.c`).
final class AllocationCounter: Sendable {
  private let library: CompiledFile
  private let file: String
  private nonisolated(unsafe) let page: UnsafeMutableRawPointer
  private static let bytes = MemoryLayout<UInt>.size

  /// Nil where there is no compiler, or no such folder.
  ///
  /// - Parameter sources: the folder with the library.
  init?(_ sources: String) {
    guard let library = CompiledFile(sources + "/count_allocations.c", ["-shared", "-fPIC"]) else {
      return nil
    }
    let file = "/tmp/porchlight-bench-count-\(getpid())"
    let descriptor = open(file, O_RDWR | O_CREAT | O_TRUNC, 0o600)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    guard ftruncate(descriptor, Self.bytes) == 0,
      let page = mmap(nil, Self.bytes, PROT_READ, MAP_SHARED, descriptor, 0), page != MAP_FAILED
    else { return nil }
    (self.library, self.file, self.page) = (library, file, page)
  }

  deinit {
    munmap(page, Self.bytes)
    unlink(file)
  }

  /// What a process has to find in its environment to be counted.
  var environment: [String] { ["LD_PRELOAD=\(library.path)", "ALLOCATION_COUNT=\(file)"] }

  /// Allocations of all processes that were counted.
  var count: Double { Double(page.load(as: UInt.self)) }
}
