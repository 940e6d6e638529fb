"""What is measured beside or after a training and never decides it: the range test, the paired test.

It imports `nn`, `optim`, `data`, `training` and the loose modules.
"""
