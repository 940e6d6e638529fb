"""The identity of a run, its outcome, and its folder."""
