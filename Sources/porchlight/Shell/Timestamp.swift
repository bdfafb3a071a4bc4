internal import Ports

extension WallTime {
  /// As RFC 3339 writes it, in UTC with milliseconds: `2026-11-28T10:01:45.123Z`. Times outside the years 0 to 9999,
  /// which it has no form for, are written as the nearest it has.
  var timestamp: String {
    let (first, last): (Int64, Int64) = (-62_167_219_200_000, 253_402_300_799_999)
    let milliseconds = min(max(self.milliseconds, first), last)
    let dayLength: Int64 = 86_400_000
    let rest = (milliseconds % dayLength + dayLength) % dayLength
    let day = Self.date(ofDay: (milliseconds - rest) / dayLength)
    let seconds = rest / 1000
    return "\(Self.digits(day.year, 4))-\(Self.digits(day.month, 2))-\(Self.digits(day.day, 2))"
      + "T\(Self.digits(seconds / 3600, 2)):\(Self.digits(seconds / 60 % 60, 2)):\(Self.digits(seconds % 60, 2))"
      + ".\(Self.digits(rest % 1000, 3))Z"
  }

  private static func digits(_ number: Int64, _ count: Int) -> String {
    let text = "\(number)"
    return String(repeating: "0", count: max(0, count - text.count)) + text
  }

  /// The date of a day counted from 1970. Years begin in March here, so that the odd day is the last of one.
  private static func date(ofDay number: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let era: Int64 = 146_097
    let shifted = number + 719_468
    let dayOfEra = (shifted % era + era) % era
    let eras = (shifted - dayOfEra) / era
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let marchMonth = (5 * dayOfYear + 2) / 153
    let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
    let year = yearOfEra + eras * 400 + (month <= 2 ? 1 : 0)
    return (year, month, dayOfYear - (153 * marchMonth + 2) / 5 + 1)
  }
}
