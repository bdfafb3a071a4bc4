import MatrixWire
import Testing

/// Bodies of status, device report and polling switch (Protocol 3.3, E5, E6).
struct PresenceRequestTests {
  @Test(arguments: [
    (DeviceReport(), "{}"), (DeviceReport(idleness: .active), #"{"idle_ms":0}"#),
    (DeviceReport(idleness: .since(milliseconds: 300_000)), #"{"idle_ms":300000}"#),
    (DeviceReport(deviceType: .terminal), #"{"device_type":"terminal"}"#),
    (DeviceReport(closing: true), #"{"closing":true}"#),
  ])
  func aReportReadsBackAsItWasWritten(report: DeviceReport, text: String) throws {
    #expect(json(report) == text)
    #expect(try decode(text) == report)
  }

  @Test(arguments: [
    (#"{"idle_ms":null}"#, DeviceReport(idleness: .active)),
    (#"{"idle_ms":5.0,"more":1}"#, DeviceReport(idleness: .since(milliseconds: 5))),
    (#"{"device_type":null,"closing":null}"#, DeviceReport()),
    (#"{"closing":false}"#, DeviceReport()),
  ])
  func aReportIsReadInEveryForm(text: String, report: DeviceReport) throws {
    #expect(try decode(text) == report)
  }

  @Test(arguments: [
    #"{"idle_ms":-1}"#, #"{"idle_ms":1.5}"#, #"{"idle_ms":"5"}"#, #"{"idle_ms":315360000001}"#,
    #"{"idle_ms":1e30}"#, #"{"device_type":"Fridge"}"#, #"{"closing":"yes"}"#, "[]",
  ])
  func aReportThatMakesNoSenseIsRefused(text: String) {
    let error = #expect(throws: MatrixError.self) { try decode(text, as: DeviceReport.self) }
    #expect(error?.code == .badJSON)
  }

  @Test(arguments: [#"{"presence":"online"}"#, #"{"presence":"online","status_msg":null}"#])
  func aStatusWithoutATextHasNone(text: String) throws {
    #expect(try decode(text) == StatusUpdate(presence: .online, statusMessage: nil))
  }

  @Test func aStatusNeedsAState() {
    let error = #expect(throws: MatrixError.self) { try decode("{}", as: StatusUpdate.self) }
    #expect(error?.code == .missingParameter)
  }

  @Test func aPollingSwitchNeedsABoolean() {
    let error = #expect(throws: MatrixError.self) { try decode(#"{"polling":1}"#, as: PollingSwitch.self) }
    #expect(error?.code == .badJSON)
  }
}
