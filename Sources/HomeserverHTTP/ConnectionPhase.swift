/// What a connection is in the middle of, which is what its deadline is for.
enum ConnectionPhase {
  case idle
  case head
  case body
  case answering
  case writing
  /// Nothing more is answered; waiting for the client to close.
  case lingering
  case closed
}
