internal import Glibc
internal import Ports

/// The parts of the program that only its start needed.
///
/// Two thirds of the program are for servers, and the start touches a little of everything: types are looked up
/// among all there are, and addresses are filled in. A roster that stays open all day need not keep that in memory.
enum StartupPages {
  /// Waits until the start is over, then gives back what it touched. What is needed again is read again.
  static func giveBack(on time: SystemTimekeeper) async {
    guard (try? await time.sleep(until: time.instant + .seconds(1))) != nil else { return }
    for range in programText() {
      // Code is never written to, so there is nothing in these pages that the file does not have.
      madvise(UnsafeMutableRawPointer(bitPattern: range.lowerBound), range.count, MADV_DONTNEED)
    }
  }

  /// Where this program's code lies, by proc(5).
  private static func programText() -> [Range<UInt>] {
    guard let file = realpath("/proc/self/exe", nil) else { return [] }
    defer { free(file) }
    let program = String(cString: file)
    guard let maps = fopen("/proc/self/maps", "r") else { return [] }
    defer { fclose(maps) }
    var ranges: [Range<UInt>] = []
    var line = [CChar](repeating: 0, count: 4_352)
    while fgets(&line, Int32(line.count), maps) != nil {
      let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      let words = text.split(whereSeparator: \.isWhitespace)
      guard words.count >= 6, words[1] == "r-xp", words[5...].joined(separator: " ") == program else {
        continue
      }
      let bounds = words[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
      if bounds.count == 2, bounds[0] < bounds[1] { ranges.append(bounds[0]..<bounds[1]) }
    }
    return ranges
  }
}
