internal import MatrixWire
