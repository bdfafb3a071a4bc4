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
}
