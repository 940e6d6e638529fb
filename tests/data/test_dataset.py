"""Which raw arrays are those that a config names."""

import json

import pytest

from numlp.config import SourceConfig
from numlp.data.sources import holds_source
from numlp.errors import UserError

ARCHIVE, SYNTHETIC = {"archive_sha256": "ab"}, {"seed": 0}


@pytest.mark.parametrize(
    ("name", "origin", "asked", "expected"),
    [
        ("CIFAR-10", ARCHIVE, SourceConfig("CIFAR-10"), True),
        ("CIFAR-10, archive 8114b53f... (not the official file)", ARCHIVE, SourceConfig("CIFAR-10"), True),
        ("CIFAR-10", ARCHIVE, SourceConfig("mine"), False),
        ("mine, archive 8114b53f... (not the official file)", ARCHIVE, SourceConfig("CIFAR-10"), False),
        ("synthetic, seed 0", SYNTHETIC, SourceConfig("CIFAR-10"), False),
        ("synthetic, seed 0", SYNTHETIC, SourceConfig("synthetic", seed=0), True),
        ("synthetic, seed 0", SYNTHETIC, SourceConfig("synthetic", seed=1), False),
    ],
)
def test_another_data_set_is_not_taken_for_the_one_that_is_asked_for(name, origin, asked, expected, tmp_path):
    """An archive of one's own never trains on CIFAR-10 because that was there before."""
    (tmp_path / "dataset.json").write_text(json.dumps({"name": name, "origin": origin, "class_names": [], "digest": "d"}))
    assert holds_source(tmp_path, asked) is expected


def test_a_description_that_is_cut_short_is_an_error_of_one_line(tmp_path):
    (tmp_path / "dataset.json").write_text('{"name": "CIF')
    with pytest.raises(UserError, match="no description of a data set") as told:
        holds_source(tmp_path, SourceConfig("CIFAR-10"))
    assert "\n" not in str(told.value)
