internal import MatrixWire

/// Who is told of rooms, in which form, and what passes.
struct RoomsQuery: Sendable {
  let device: Device
  let filter: RoomFilter
  let shape: StreamForm.Shape

  init(_ device: Device, _ filter: RoomFilter, _ shape: StreamForm.Shape) {
    (self.device, self.filter, self.shape) = (device, filter, shape)
  }

  init(_ poll: Poll) { self.init(poll.device, poll.parameters.filter.room, poll.form.shape) }
}
