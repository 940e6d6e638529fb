"""The ladder: how far fully connected networks go beyond the reports, one change a rung (docs/ladder.md).

It trains by `numlp train +experiment=l01_...`, keeps a row for each run in docs/ladder.csv, and writes the page from these rows.
"""
