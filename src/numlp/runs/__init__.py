"""The life of one run: what it is, its outcome, and its folder afterwards.

It imports all packages but `stages`, `sweep` and `cli`.
"""
