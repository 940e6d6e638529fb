"""Searches: what varies, the jobs of each trial, their rounds, and their outcomes. `sweeper.Sweep` is what the Hydra plugin begins.

It imports all packages but `stages` and `cli`.
"""
