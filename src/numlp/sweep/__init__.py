"""Searches: what varies, the jobs of each trial, their rounds, and their outcomes. The Hydra plugin begins `sweep.Sweep`."""
