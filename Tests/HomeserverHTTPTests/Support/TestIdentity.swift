public import HomeserverHTTP

/// A certificate for this machine's own address that vouches for itself, with its key. For tests: everybody has
/// the key.
public enum TestIdentity {
  /// Writes both into a folder.
  ///
  /// - Returns: where they are.
  /// - Throws: `Missing` where they cannot be written.
  public static func write(to folder: TemporaryFolder) throws -> HTTPServer.TLSIdentity {
    HTTPServer.TLSIdentity(
      certificates: try folder.write(certificate, to: "certificate.pem"),
      privateKey: try folder.write(key, to: "key.pem"))
  }

  /// Writes another certificate over that of `write(to:)`, as the first half of a renewal does.
  ///
  /// - Throws: `Missing` where it cannot be written.
  public static func renewCertificate(in folder: TemporaryFolder) throws {
    try folder.write(otherCertificate, to: "certificate.pem")
  }

  /// Writes its key over that of `write(to:)`, as the second half does.
  ///
  /// - Throws: `Missing` where it cannot be written.
  public static func renewKey(in folder: TemporaryFolder) throws {
    try folder.write(otherKey, to: "key.pem")
  }

  private static let certificate = """
    -----BEGIN CERTIFICATE-----
    MIIBqDCCAU2gAwIBAgIURRxL59FG+ehQvekCWXaZbqHTb/wwCgYIKoZIzj0EAwIw
    GjEYMBYGA1UEAwwPcG9yY2hsaWdodCB0ZXN0MCAXDTI2MTEyMTExMjcwM1oYDzIx
    MjYxMDI4MTEyNzAzWjAaMRgwFgYDVQQDDA9wb3JjaGxpZ2h0IHRlc3QwWTATBgcq
    hkjOPQIBBggqhkjOPQMBBwNCAAQh0hC2xrIvMUUhBh0+zCCUTG5/+kBwe7D+YWML
    WYCF1IdJHGFq0EpNJ8b6E4ZvfgB4KtuDOkaKfoa8o3bbh8GAo28wbTAdBgNVHQ4E
    FgQUc0waQJxUkbG9wlCdRcOTv7+tNKswHwYDVR0jBBgwFoAUc0waQJxUkbG9wlCd
    RcOTv7+tNKswDwYDVR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SH
    BH8AAAEwCgYIKoZIzj0EAwIDSQAwRgIhAJGhH4SrUHZc7D5KeRwix9GXG2YmNta+
    hAjwgzV4nJ8mAiEAgNsScJUH+yLiJCrxVY07ceeEABIlk872u5KraNcXINA=
    -----END CERTIFICATE-----

    """

  private static let key = """
    -----BEGIN PRIVATE KEY-----
    MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgd4tiosAU0ViyBwrt
    hKBYSy5OEgm1tMvU2HwEUcKK/zqhRANCAAQh0hC2xrIvMUUhBh0+zCCUTG5/+kBw
    e7D+YWMLWYCF1IdJHGFq0EpNJ8b6E4ZvfgB4KtuDOkaKfoa8o3bbh8GA
    -----END PRIVATE KEY-----

    """

  private static let otherCertificate = """
    -----BEGIN CERTIFICATE-----
    MIIBqjCCAVGgAwIBAgIUXrkf/EXL7nyneLwErDZEiT9+hOYwCgYIKoZIzj0EAwIw
    HDEaMBgGA1UEAwwRcG9yY2hsaWdodCB0ZXN0IDIwIBcNMjYxMTI4MTEzNDUwWhgP
    MjEyNjExMDQxMTM0NTBaMBwxGjAYBgNVBAMMEXBvcmNobGlnaHQgdGVzdCAyMFkw
    EwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEjiftsxZd+53RMiBEG65afVWWoPYs8l/x
    mB5ISJv9mIvTk5wAfLWU9vQXMeZ6sLoezCc9A5j5MuzR2FgR4Tb436NvMG0wHQYD
    VR0OBBYEFGO0PvUn4wpjj8hLvYcS6Oh1sqb1MB8GA1UdIwQYMBaAFGO0PvUn4wpj
    j8hLvYcS6Oh1sqb1MA8GA1UdEwEB/wQFMAMBAf8wGgYDVR0RBBMwEYIJbG9jYWxo
    b3N0hwR/AAABMAoGCCqGSM49BAMCA0cAMEQCIGikv3taIFDXmf8KMJOqNpmcJk2R
    UkttIJBwiEIrjUDiAiAsd9tDbmXHSTOop9wqNVJo0jY6aQFNk4u+7twPqdZbHg==
    -----END CERTIFICATE-----

    """

  private static let otherKey = """
    -----BEGIN PRIVATE KEY-----
    MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgBmyhhKyBRZJGAXva
    39/bW1sG08PIlOnmxToYDDCb1AqhRANCAASOJ+2zFl37ndEyIEQbrlp9VZag9izy
    X/GYHkhIm/2Yi9OTnAB8tZT29Bcx5nqwuh7MJz0DmPky7NHYWBHhNvjf
    -----END PRIVATE KEY-----

    """
}
