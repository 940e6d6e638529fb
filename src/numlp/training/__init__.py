"""From choices to the records of a trained network, pure: no file, no MLflow.

With `nn`, `optim` and `data` it is the code that figures follow from.

It imports `config`, `nn`, `optim`, `data` and the loose modules.
"""
