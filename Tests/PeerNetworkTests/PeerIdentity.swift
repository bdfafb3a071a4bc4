internal import HTTPTestSupport
internal import HomeserverHTTP

/// A certificate for `peer.test` and nothing else, with its key and the authority that vouches for it. For tests:
/// everybody has the key.
enum PeerIdentity {
  static func write(to folder: TemporaryFolder) throws -> HTTPServer.TLSIdentity {
    HTTPServer.TLSIdentity(
      certificates: try folder.write(certificate, to: "peer.pem"),
      privateKey: try folder.write(key, to: "peer.key"))
  }

  static func writeAuthority(to folder: TemporaryFolder) throws -> String {
    try folder.write(authority, to: "authority.pem")
  }

  private static let certificate = """
    -----BEGIN CERTIFICATE-----
    MIIBnzCCAUWgAwIBAgIUHwnG+rmD34dT81zU65+A1002JTYwCgYIKoZIzj0EAwIw
    JDEiMCAGA1UEAwwZcG9yY2hsaWdodCB0ZXN0IGF1dGhvcml0eTAgFw0yNjExMjEx
    NDIyMDZaGA8yMTI2MDcyMDE0MjIwNlowFDESMBAGA1UEAwwJcGVlci50ZXN0MFkw
    EwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAErtcjiIMoxEEUMq3a2sL5AQBukQEL29N8
    j2N1oon3KLQ6TDLLg72NUDHOpVWWLyuG2YNHzHmnqUHPL9XLQWMwYKNjMGEwFAYD
    VR0RBA0wC4IJcGVlci50ZXN0MAkGA1UdEwQCMAAwHQYDVR0OBBYEFGW4kmKPhlFR
    Y4FYTRR+qVHb1GuqMB8GA1UdIwQYMBaAFKwHd4gLk6jL3BKK7k9u5CBKKsJXMAoG
    CCqGSM49BAMCA0gAMEUCIAkDcmzZYD+P3M8kRJPO5UMSAlBdqd6Xq3mZJt8WEKis
    AiEApIm72maCn/bWJuAgA8TIJjJOjaqzUTt6e4XRDQzzBwk=
    -----END CERTIFICATE-----

    """

  private static let key = """
    -----BEGIN PRIVATE KEY-----
    MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgIGrgnAABooYnyCuE
    X6Y3Le8JZhXruiUYcPkSXan3AZShRANCAASu1yOIgyjEQRQyrdrawvkBAG6RAQvb
    03yPY3WiifcotDpMMsuDvY1QMc6lVZYvK4bZg0fMeaepQc8v1ctBYzBg
    -----END PRIVATE KEY-----

    """

  private static let authority = """
    -----BEGIN CERTIFICATE-----
    MIIBnzCCAUWgAwIBAgIUEtNsP0tkRiPUGKMCCkDhAEvH8iQwCgYIKoZIzj0EAwIw
    JDEiMCAGA1UEAwwZcG9yY2hsaWdodCB0ZXN0IGF1dGhvcml0eTAgFw0yNjExMjEx
    NDIyMDZaGA8yMTI2MTAyODE0MjIwNlowJDEiMCAGA1UEAwwZcG9yY2hsaWdodCB0
    ZXN0IGF1dGhvcml0eTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABOMaxtduZts1
    viAuoqU3b3WanVtU8io9MmXjRSn86OSuGu0Z6XFdqFtoDREB2t77PsPA4nOzHB1A
    3QiCfmadWlSjUzBRMB0GA1UdDgQWBBSsB3eIC5Ooy9wSiu5PbuQgSirCVzAfBgNV
    HSMEGDAWgBSsB3eIC5Ooy9wSiu5PbuQgSirCVzAPBgNVHRMBAf8EBTADAQH/MAoG
    CCqGSM49BAMCA0gAMEUCIHZdx/VxpDenl1ep37aDDSiMlik5Er6RE6QTgW6HA8eM
    AiEA4/qB63k7eS3jxAXpd7RKmMbQNKmwdy1u26GdaelbdBY=
    -----END CERTIFICATE-----

    """
}
