"""Measurements beside or after a training, which never decide it: the range test, the paired test.

It imports `nn`, `optim`, `data`, `training` and the loose modules.
"""
