"""The identity of a run, its outcome, and its folder.

It imports all packages but `stages`, `sweep` and `cli`.
"""
