"""Searches: what varies, the jobs of each trial, their rounds, and what became of them. `sweeper.Sweep` is what the Hydra plugin begins.

It imports all packages but `stages` and `cli`.
"""
