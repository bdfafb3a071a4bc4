/// Dates in headers, in the one form that may be written (RFC 9110, 5.6.7).
public enum HTTPDate {
  private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  /// `Sun, 06 Nov 1994 08:49:37 GMT` in seconds since 1970; nil where the text is no such date.
  public static func seconds(_ text: String) -> Int64? {
    let parts = text.split(separator: " ").map(String.init)
    guard parts.count == 6, parts[5] == "GMT", let month = months.firstIndex(of: parts[2]),
      let day = number(parts[1], 1...31), let year = number(parts[3], 1970...9999)
    else { return nil }
    let clock = parts[4].split(separator: ":").map(String.init)
    guard clock.count == 3, let hour = number(clock[0], 0...23), let minute = number(clock[1], 0...59),
      let second = number(clock[2], 0...60)
    else { return nil }
    return (days(year, Int64(month) + 1, day) * 24 + hour) * 3600 + minute * 60 + second
  }

  /// The date that many seconds after the beginning of 1970. The form has room for the years 0 to 9999: what is
  /// outside of them becomes their first or last second.
  public static func text(seconds: Int64) -> String {
    let seconds = min(max(seconds, days(0, 1, 1) * 86_400), days(10_000, 1, 1) * 86_400 - 1)
    let (day, second) = floorDivided(seconds, 86_400)
    let date = civil(day)
    // The first day of 1970 was a Thursday.
    let weekday = Int(floorDivided(day + 4, 7).remainder)
    return "\(weekdays[weekday]), \(padded(date.day)) \(months[Int(date.month) - 1]) \(padded(date.year, 4)) "
      + "\(padded(second / 3600)):\(padded(second / 60 % 60)):\(padded(second % 60)) GMT"
  }

  private static func padded(_ number: Int64, _ width: Int = 2) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }

  private static func floorDivided(_ number: Int64, _ by: Int64) -> (quotient: Int64, remainder: Int64) {
    let remainder = (number % by + by) % by
    return ((number - remainder) / by, remainder)
  }

  private static func number(_ text: String, _ range: ClosedRange<Int64>) -> Int64? {
    guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int64(text) else { return nil }
    return range.contains(number) ? number : nil
  }

  /// Days since 1970. A year begins in March here, so that the odd day is its last.
  private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
    let shifted = month > 2 ? year : year - 1
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let leapDays = [4, 100, 400].map { floorDivided(shifted, $0).quotient }
    return shifted * 365 + leapDays[0] - leapDays[1] + leapDays[2] + dayOfYear - 719_468
  }

  /// The date of a day since 1970, by the same count of days: 400 years have 146,097 of them.
  private static func civil(_ day: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let (era, dayOfEra) = floorDivided(day + 719_468, 146_097)
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    let month = shifted < 10 ? shifted + 3 : shifted - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shifted + 2) / 5 + 1)
  }
}
