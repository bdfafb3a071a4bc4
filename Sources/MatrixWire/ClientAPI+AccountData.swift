extension ClientAPI {
  /// A user's own data of one type; refused with `M_NOT_FOUND` where there is none.
  public static func accountData(_ type: String, of user: UserID) -> WireRequest {
    WireRequest(.get, standard("user", user.rawValue, "account_data", type))
  }

  /// Replaces a user's own data of one type, whole.
  public static func setAccountData(
    _ content: CanonicalJSON.Object, ofType type: String, of user: UserID
  ) -> WireRequest {
    WireRequest(
      .put, standard("user", user.rawValue, "account_data", type), body: content.bytes)
  }
}
