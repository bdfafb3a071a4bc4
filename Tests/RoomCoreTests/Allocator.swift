import Glibc

/// The C library's allocator, which Swift has no names for.
enum Allocator {
  private typealias Report = @convention(c) (Int32, UnsafeMutablePointer<FILE>?) -> Int32

  /// The bytes that this process has allocated and not freed; nil where the allocator does not say.
  ///
  /// Source: malloc_info(3). The last totals of its report are those of all arenas.
  static var bytesInUse: Int? {
    guard let symbol = dlsym(nil, "malloc_info") else { return nil }
    var (text, size) = (UnsafeMutablePointer<CChar>?.none, 0)
    guard let stream = open_memstream(&text, &size) else { return nil }
    let result = unsafeBitCast(symbol, to: Report.self)(0, stream)
    fclose(stream)
    defer { free(text) }
    guard result == 0, let text else { return nil }
    let lines = String(cString: text).split(separator: "\n")
    func last(_ start: String) -> Int? {
      let line = lines.last { $0.hasPrefix("<\(start)\"") }
      return line?.split(separator: "\"").last { Int($0) != nil }.flatMap { Int($0) }
    }
    guard let whole = last("system type=\"current"), let mapped = last("total type=\"mmap"),
      let fast = last("total type=\"fast"), let rest = last("total type=\"rest")
    else { return nil }
    return whole + mapped - fast - rest
  }
}
