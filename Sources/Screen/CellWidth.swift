/// How many cells a scalar takes. The answer does not depend on the process's locale, unlike the C library's.
public enum CellWidth {
  /// 0 for a scalar that combines with the one before it, 1 or 2 for one that stands alone, nil for one that
  /// cannot be printed (controls, and what Unicode has not assigned).
  public static func of(_ scalar: Unicode.Scalar) -> Int? {
    let value = scalar.value
    if value < 0x300 {
      return value >= 0x20 && (value < 0x7F || value >= 0xA0) ? 1 : nil
    }
    var low = 0
    var high = runs.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if runs[middle] >> 2 <= value { low = middle } else { high = middle }
    }
    let width = Int(runs[low] & 3)
    return width == 3 ? nil : width
  }
}
