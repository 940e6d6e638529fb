"""The splits, with the words that people read. They are apart from `preprocess`, as no result follows from a word."""

from collections.abc import Mapping

from numlp.data.preprocess import Name

SPLITS: Mapping[Name, str] = {"train": "training", "val": "validation", "test": "test"}
