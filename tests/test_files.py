import errno
import gzip
import math
from dataclasses import dataclass

import pytest

from numlp.files import read_rows, replacing, sha256, write_rows, write_text


@dataclass(frozen=True)
class Row:
    """A row of each kind of value."""

    name: str
    count: int
    value: float


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "a.txt"
    write_text(path, "old")
    with pytest.raises(OSError, match="No space") as caught, replacing(path) as file:
        file.write(b"half of the new")
        raise OSError(errno.ENOSPC, "No space left on device")
    assert caught.value.filename == str(path)
    assert path.read_text() == "old"
    assert [item.name for item in tmp_path.iterdir()] == ["a.txt"]


def test_an_interrupt_leaves_nothing(tmp_path):
    with pytest.raises(KeyboardInterrupt), replacing(tmp_path / "b") as file:
        file.write(b"x")
        raise KeyboardInterrupt
    assert not list(tmp_path.iterdir())


def test_sha256_is_the_standard_one(tmp_path):
    write_text(tmp_path / "abc", "abc")
    assert sha256(tmp_path / "abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_rows_read_back_as_they_were_written_and_a_compressed_file_is_the_same_bytes_again(tmp_path):
    rows = [Row("a, b", 1, 0.1), Row("c", -2, 1e-300), Row("", 0, math.inf)]
    for path in (tmp_path / "rows.csv", tmp_path / "rows.csv.gz"):
        write_rows(path, Row, rows)
        first = path.read_bytes()
        assert read_rows(path, Row) == rows
        write_rows(path, Row, rows)
        assert path.read_bytes() == first
    assert gzip.decompress((tmp_path / "rows.csv.gz").read_bytes()) == (tmp_path / "rows.csv").read_bytes()
