"""A trained network at work: its file, the stand-alone predictor, ONNX.

It imports `nn`, `data`, `training` and the loose modules.
"""
