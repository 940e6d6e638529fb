"""Optimizers and learning-rate schedules.

It imports `arrays` and `errors` alone.
"""
