"""Optimizers and learning-rate schedules.

It imports `nn` and the loose modules.
"""
