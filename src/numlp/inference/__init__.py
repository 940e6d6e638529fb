"""A trained network at work: its file, the stand-alone predictor, ONNX."""
